/**
 * De-identification by rebuilding: a new file is made of what the rules prove harmless, nothing else.
 *
 * The browser's half of `reader_study/intake/deidentification.py`: the same rules, the same bytes. What a rule does not
 * prove is left out without being looked at. The result must still pass `verify` before it leaves the worker.
 */

import { answered, describe, slicesOf } from './describe';
import { asNumbers, isPersonal } from './identifiers';
import {
  type CodesRule,
  EMPTY,
  IDENTIFIERS,
  type ItemsRule,
  LIMITS,
  meaningOf,
  OWN,
  type Rules,
  rulesOf,
  SEALED,
  type SequenceRule,
  type SingleRule,
  shape,
  stateOfCode,
} from './procedure';
import { digitsOfDays, numbersIn, type Proof, proven, Unproven, uidsIn } from './proving';
import type { Pseudonyms, Subject } from './pseudonyms';
import { groundOfRemoval, pathOf, Report } from './report';
import { descriptionUnderSeal, sealedLine } from './seal';
import { codeItem, ownElements, stateItem } from './sealing';
import { characterSets, decoded } from './text';
import {
  COLUMNS,
  type Element,
  type Item,
  latin,
  Malformed,
  PIXEL_DATA,
  ROWS,
  SIGNED,
  type Structure,
  stripped,
  textAt,
  trimmed,
} from './tree';
import type { Answers, Blank, Description } from './types';
import { binary, part10, sequence, text, type Written, type WrittenItem } from './write';

const [SOP_CLASS, SOP_UID, STUDY_UID, SERIES_UID] = [0x00080016, 0x00080018, 0x0020000d, 0x0020000e];
const [ID, COMMENTS] = [0x00100020, 0x00204000];
const [SYNTHETIC, FRAME_OF_REFERENCE, MODALITY_LUT] = [0x0008001c, 0x00200052, 0x00283000];
const [CONTEXT, CONCEPT] = [0x00400555, 0x0040a168];
const [CODE_VALUE, CODE_SCHEME, CODE_MEANING] = [0x00080100, 0x00080102, 0x00080104];
const LONGEST_EXAMPLE = 80;
const SINGLE_UID = shape('uid');
const encoder = new TextEncoder();

/** A sealed file and what is known of it; all UIDs are the study's own. */
export interface Deidentified {
  data: Uint8Array<ArrayBuffer>;
  subject: Subject;
  description: Description;
  /** The value of Image Comments: the description and the seal. */
  line: string;
  studyUid: string;
  seriesUid: string;
  sopUid: string;
  slices: number;
  report: Report;
  /** It came as stage 1 of this site had written it. */
  wasSealed: boolean;
}

/**
 * Throws `Malformed` with the reason why the file cannot be taken.
 *
 * @param underSeal what `descriptionUnderSeal` said of the file as it came, which must be asked before its pixels are
 * decoded; without it, it is asked here.
 */
export async function deidentify(
  structure: Structure,
  pseudonyms: Pseudonyms,
  answers: Answers = {},
  underSeal: Description | null = null,
): Promise<Deidentified> {
  const { root } = structure;
  const sopClass = textAt(root, SOP_CLASS);
  const rules = rulesOf(sopClass);
  if (!rules) throw new Malformed('sop_class');
  if (textAt(root, SYNTHETIC) === 'YES') throw new Malformed('synthetic');
  if ((root.get(MODALITY_LUT)?.items.length ?? 0) > 0) throw new Malformed('modality_lut');
  const uids = [STUDY_UID, SERIES_UID, SOP_UID].map((tag) => textAt(root, tag));
  if (!uids.every((uid) => SINGLE_UID.test(uid)) || !structure.pixels || !root.has(PIXEL_DATA))
    throw new Malformed('missing_attribute');
  const sealed = underSeal ?? (await descriptionUnderSeal(structure, pseudonyms));
  const wasSealed = sealed !== null;
  const subject = await subjectOf(root, pseudonyms, answers.patientId);
  const description = answered(sealed ?? describe(root, sopClass), answers);
  for (const uid of new Set([...uids, ...uidsToReplace(root, rules)])) await pseudonyms.uid(uid);
  const [studyUid = '', seriesUid = '', sopUid = ''] = uids.map((uid) => pseudonyms.made(uid));

  const numbers = identifyingNumbers(root, subject.token);
  const builder = new Builder(
    {
      pseudonyms,
      days: wasSealed ? 0 : subject.days,
      frames: structure.frames,
      signed: root.get(SIGNED)?.value[0] === 1,
      identifiers: new Set(
        numbers
          .filter(([number]) => number >= LIMITS.smallestIdentifier)
          .flatMap(([number, personal]) => asNumbers(number, personal)),
      ),
      numberings: new Set(numbers.map(([number]) => number)),
      dayDigits: wasSealed ? [] : digitsOfDays(daysOf(root)),
    },
    description,
  );
  builder.report.note('preamble', 'removed', 'header');
  builder.report.note('0002,xxxx', 'changed', 'header');
  const elements = builder.rebuilt(root, rules, [], true);
  if (!elements.has(ROWS) || !elements.has(COLUMNS)) throw new Malformed('missing_attribute');
  const image = imageOf(structure, answers.blank ?? []);
  builder.report.note(pathOf(PIXEL_DATA), ...fateOfPixels(structure, image, answers.blank ?? []));
  if (image) elements.set(PIXEL_DATA, binary('OW', image));
  for (const [tag, own] of ownElements(subject, description, elements.has(FRAME_OF_REFERENCE)))
    elements.set(tag, own);
  for (const [tag, vr] of EMPTY) if (!elements.has(tag)) elements.set(tag, text(vr, ''));
  const code = SEALED.state_codes[description.state ?? ''];
  if (!elements.has(CONTEXT) && code) elements.set(CONTEXT, sequence([stateItem(...code)]));
  const encapsulated = image
    ? null
    : { transferSyntax: structure.transferSyntax, frames: structure.fragments };
  const line = await sealedLine(description, elements, encapsulated, pseudonyms);
  elements.set(COMMENTS, text('LT', line));
  return {
    data: part10(elements, { sopClass, sopUid, encapsulated }),
    subject,
    description,
    line,
    studyUid,
    seriesUid,
    sopUid,
    slices: slicesOf(root, description.kind),
    report: builder.report,
    wasSealed,
  };
}

/** Whose file it is. */
async function subjectOf(root: Item, pseudonyms: Pseudonyms, answer = ''): Promise<Subject> {
  const typed = stripped(encoder.encode(answer));
  if (typed.length > 0) return pseudonyms.subject(typed);
  const own = await pseudonyms.subjectOf(textAt(root, ID));
  if (own) return own;
  const patientId = stripped(root.get(ID)?.value ?? new Uint8Array(0));
  if (patientId.length === 0) throw new Malformed('no_patient_id');
  return pseudonyms.subject(patientId);
}

/** All UIDs that a rule replaces, at every level. */
function uidsToReplace(source: Item, rules: Rules): string[] {
  return [...source].flatMap(([tag, element]) => {
    const rule = rules.get(tag);
    if (rule?.rule === 'uid') return uidsIn(element);
    if (rule?.rule !== 'items' && rule?.rule !== 'codes') return [];
    return element.items.flatMap((item) => uidsToReplace(item, rule.within));
  });
}

/** The numbers in all identifiers of the old file, at every level, and whether they are the patient's own. */
function identifyingNumbers(item: Item, token: string): [number: number, personal: boolean][] {
  return [...item].flatMap(([tag, { value, items }]): [number, boolean][] => {
    const inner = items.flatMap((one) => identifyingNumbers(one, token));
    if (!IDENTIFIERS.has(tag) || latin(stripped(value)) === token) return inner; // a pseudonym is none
    const large = numbersIn(value).filter(
      (n) => n >= LIMITS.smallestNumbering && n < LIMITS.largestIdentifier,
    );
    return [...large.map((n): [number, boolean] => [n, isPersonal(tag)]), ...inner];
  });
}

/** Every date of the old file, at every level: YYYYMMDD. */
function daysOf(item: Item): string[] {
  return [...item.values()].flatMap(({ vr, value, items }) => {
    const inner = items.flatMap(daysOf);
    if (vr !== 'DA' && vr !== 'DT') return inner;
    const digits = latin(value.subarray(0, 10)).replaceAll('.', '').slice(0, 8);
    return /^[0-9]{8}$/.test(digits) ? [digits, ...inner] : inner;
  });
}

/** The pixel data without what stands behind them, boxes blanked with zeros; null if they are compressed. */
function imageOf(structure: Structure, blanks: readonly Blank[]): Uint8Array | null {
  const { root, frames, pixelBytes, fragments } = structure;
  if (fragments.length > 0) {
    if (blanks.length > 0) throw new Malformed('not_shown');
    return null;
  }
  const image = new Uint8Array(pixelBytes + (pixelBytes % 2));
  image.set(root.get(PIXEL_DATA)?.value.subarray(0, pixelBytes) ?? []);
  const [rows = 0, columns = 0] = [ROWS, COLUMNS].map((tag) => {
    const value = root.get(tag)?.value;
    return (value?.[0] ?? 0) | ((value?.[1] ?? 0) << 8);
  });
  const size = Math.floor(pixelBytes / (rows * columns * frames)); // bytes of a pixel
  for (const { frame, left, top, right, bottom } of blanks) {
    const from = Math.max(0, left);
    const width = Math.max(0, Math.min(columns, right) - from);
    for (let n = frame ?? 0; n < (frame === null ? frames : Math.min(frames, frame + 1)); n += 1)
      for (let row = Math.max(0, top); row < Math.min(rows, bottom); row += 1) {
        const start = ((n * rows + row) * columns + from) * size;
        if (n >= 0) image.fill(0, start, start + width * size);
      }
  }
  return image;
}

function fateOfPixels(
  { root }: Structure,
  image: Uint8Array | null,
  blanks: readonly Blank[],
): ['kept' | 'changed', string] {
  if (blanks.length > 0) return ['changed', 'blanked'];
  const before = root.get(PIXEL_DATA)?.value.length ?? 0;
  return image && before > image.length ? ['changed', 'trailing'] : ['kept', 'pixels'];
}

/** One file's pass through the rules, and the report of it. */
class Builder {
  report = new Report();
  private prefix = '';

  constructor(
    private readonly proof: Proof,
    private readonly description: Description,
  ) {}

  /** The elements of `source` that its rules keep. */
  rebuilt(source: Item, rules: Rules, inherited: readonly string[], atRoot = false): WrittenItem {
    const sets = characterSets(source, inherited);
    const kept: WrittenItem = new Map();
    for (const [tag, element] of source) {
      const rule = rules.get(tag);
      const own = atRoot ? OWN.get(tag) : undefined;
      let written: Written | null = null;
      if (atRoot && tag === PIXEL_DATA) continue;
      if (own !== undefined) this.note(tag, 'changed', own, element, sets);
      else if (rule === undefined) this.note(tag, 'removed', groundOfRemoval(tag), element, sets);
      else if (rule.rule === 'codes' || rule.rule === 'items' || rule.rule === 'patient_state')
        written = this.sequence(tag, element, rule, sets);
      else written = this.single(tag, element, rule, sets);
      if (written) kept.set(tag, written);
    }
    return kept;
  }

  private note(
    tag: number,
    action: 'kept' | 'changed' | 'removed',
    reason: string,
    element: Element,
    sets: readonly string[],
    after?: Uint8Array,
  ): void {
    const path = this.prefix + pathOf(tag);
    if (action === 'kept' || element.vr === 'SQ') this.report.note(path, action, reason);
    else
      this.report.note(path, action, reason, () => ({
        before: readable(element, sets),
        after: after ? trimmed(latin(after.subarray(0, LONGEST_EXAMPLE))) : '',
      }));
  }

  private single(tag: number, element: Element, rule: SingleRule, sets: readonly string[]): Written | null {
    try {
      const { vr, value, change } = proven(element, rule, this.proof);
      this.note(tag, change ? 'changed' : 'kept', change || rule.ground, element, sets, value);
      return binary(vr, value);
    } catch (error) {
      if (!(error instanceof Unproven)) throw error;
      if (error.essential) throw new Malformed('bad_value');
      this.note(tag, 'removed', error.reason, element, sets);
      return null;
    }
  }

  private sequence(
    tag: number,
    element: Element,
    rule: SequenceRule,
    sets: readonly string[],
  ): Written | null {
    const path = this.prefix + pathOf(tag);
    if (element.vr !== 'SQ') {
      this.note(tag, 'removed', 'unproven', element, sets);
      return null;
    }
    if (rule.rule === 'patient_state') return this.patientState(path, element);
    const [outer, prefix] = [this.report, this.prefix];
    this.report = new Report();
    this.prefix = `${path}[].`;
    const items = this.items(element, rule, sets, `${path}[]`);
    const inner = this.report;
    this.report = outer;
    this.prefix = prefix;
    if (items.length === 0 && !rule.may_be_empty) {
      this.report.note(path, 'removed', element.items.length > 0 ? 'no_code' : rule.ground);
      return null;
    }
    this.report.note(path, 'kept', rule.ground);
    this.report.add(inner);
    return sequence(items);
  }

  private items({ items }: Element, rule: CodesRule | ItemsRule, sets: readonly string[], path: string) {
    if (rule.rule === 'items') return items.map((item) => this.rebuilt(item, rule.within, sets));
    return items.flatMap((item) => this.code(item, rule, sets, path) ?? []);
  }

  /** A coded concept of the rule's list, with the list's meaning. */
  private code(item: Item, rule: CodesRule, sets: readonly string[], path: string): WrittenItem | null {
    const [scheme, value] = [textAt(item, CODE_SCHEME), textAt(item, CODE_VALUE)];
    const meaning = meaningOf(rule.concepts, scheme, value);
    if (meaning === undefined) {
      this.report.note(path, 'removed', 'no_code');
      return null;
    }
    const written = codeItem(scheme, value, meaning);
    for (const [tag, element] of item) {
      if (tag === CODE_VALUE || tag === CODE_SCHEME) this.note(tag, 'kept', rule.ground, element, sets);
      else if (tag === CODE_MEANING) {
        const same = textAt(item, tag) === meaning;
        const after = encoder.encode(meaning);
        this.note(tag, same ? 'kept' : 'changed', same ? rule.ground : 'meaning', element, sets, after);
      } else
        for (const [inner, kept] of this.rebuilt(new Map([[tag, element]]), rule.within, sets))
          written.set(inner, kept);
    }
    return written;
  }

  /** The acquisition context with one item: the state, in the source's own code if that says it. */
  private patientState(path: string, element: Element): Written {
    const { state } = this.description;
    this.report.note(path, 'changed', state === null ? 'no_code' : 'state');
    if (state === null) return sequence([]);
    const said = element.items
      .flatMap((item) => item.get(CONCEPT)?.items ?? [])
      .map((item): readonly [string, string] => [textAt(item, CODE_SCHEME), textAt(item, CODE_VALUE)])
      .find((code) => stateOfCode(...code) === state);
    const code = said ?? SEALED.state_codes[state];
    return sequence(code ? [stateItem(...code)] : []);
  }
}

/** A value as the coordinator may read it, in this browser only. */
function readable({ vr, value }: Element, sets: readonly string[]): string {
  if (vr === 'UN' || vr.startsWith('O')) return `${value.length} bytes`;
  return decoded(value.subarray(0, 4 * LONGEST_EXAMPLE), sets).slice(0, LONGEST_EXAMPLE);
}
