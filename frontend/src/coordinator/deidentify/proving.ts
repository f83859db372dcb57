/**
 * Proof of single values: what may stay of one value by its rule, in the form in which it is written again. The same as
 * `reader_study/intake/proving.py`.
 */

import { LIMITS, type SingleRule, STORAGE_CLASSES, shape } from './procedure';
import { type Pseudonyms, shifted } from './pseudonyms';
import { type Element, isAscii, latin, stripped, trimmed, viewOf } from './tree';

const UID = shape('uid');
const DECIMAL = shape('decimal');
const INTEGER = shape('integer');
const [WHOLE, DAY_NUMBER] = [shape('whole'), shape('day_number')];
const [TIME, OLD_TIME, DATE, DATETIME] = [shape('time'), shape('old_time'), shape('date'), shape('datetime')];
const [OFFSET, AGE] = [shape('offset'), shape('age')];
const SIZES: Record<string, number> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, FD: 8 };
const LONGEST_RUN = 64; // digits

/** The value may not stay. essential: nor may the file, without it. */
export class Unproven extends Error {
  constructor(
    readonly reason = 'unproven',
    readonly essential = false,
  ) {
    super(reason);
  }
}

/** What proving the values of one file depends on. */
export interface Proof {
  pseudonyms: Pseudonyms;
  /** Days that its dates go back; 0 for a sealed file, whose dates went back before. */
  days: number;
  frames: number;
  /** The pixels are signed. */
  signed: boolean;
  /** The numbers in the identifiers of the patient, in every form (see `identifiers`). */
  identifiers: ReadonlySet<number>;
  /** The same, shorter ones too: sought in what counts, and in fractions of seconds. */
  numberings: ReadonlySet<number>;
  /** The days of the file, as digits (see `digitsOfDays`). */
  dayDigits: readonly string[];
}

export interface Proven {
  vr: string;
  value: Uint8Array;
  /** Why it is another value than before; empty if it is not. */
  change: string;
}

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/** What may stay of a value. Throws `Unproven`. */
export function proven(element: Element, rule: SingleRule, proof: Proof): Proven {
  const essential = rule.rule === 'number' && rule.essential === true;
  const vr = agreedVr(element, rule, proof);
  if (vr === null) throw new Unproven('unproven', essential);
  const isEmpty = stripped(element.value).length === 0;
  if (isEmpty && (!SIZES[vr] || element.value.length === 0)) return { vr, value: NOTHING, change: '' }; // says nothing
  if (rule.rule === 'number') return { vr, ...number(vr, element.value, rule, proof) };
  if (rule.rule === 'pointer') return { vr, value: pointer(element.value, rule.tags), change: '' };
  const before = isAscii(element.value) ? trimmed(latin(element.value)) : '';
  const [after, change] = text(before, rule, proof);
  if (!after || after.length > LIMITS.value) throw new Unproven();
  return { vr, value: encoder.encode(after), change: after === before ? '' : change };
}

/** The representation, if the file and the standard's dictionary agree on it. */
function agreedVr({ vr }: Element, rule: SingleRule, { signed }: Proof): string | null {
  if (vr === 'US or SS') return signed ? 'SS' : 'US'; // from an implicit file: as the pixels are
  const [usual = ''] = rule.vr ?? [];
  if (isWritten(vr) && isWritten(usual)) return usual; // its digits are proven by the one that it should be
  return rule.vr?.includes(vr) ? vr : null;
}

/** Numbers as digits. */
const isWritten = (vr: string): boolean => vr === 'DS' || vr === 'IS';

/** The numbers, if they are within the limits of their rule (PS3.5 section 6.2). */
function number(
  vr: string,
  value: Uint8Array,
  rule: SingleRule & { rule: 'number' },
  proof: Proof,
): { value: Uint8Array; change: string } {
  const { count, low, high, essential = false } = rule;
  const refuse = (reason = 'unproven') => new Unproven(reason, essential);
  const isText = isWritten(vr);
  const before = isText ? latin(value).split('\\').map(trimmed) : [];
  const parts = vr === 'IS' ? before.map(whole) : before;
  const numbers = isText ? parts.map((part) => parsed(vr, part)) : binary(vr, value);
  const written = isText ? encoder.encode(parts.join('\\')) : value;
  if (!numbers || numbers.some(Number.isNaN) || written.length > LIMITS.value) throw refuse();
  if (numbers.length > (count === 'frames' ? proof.frames : count)) throw refuse();
  if (numbers.some((one) => one < low || one > high || (one === 0 && rule.zero === false))) throw refuse();
  const sought = rule.counter === true ? proof.numberings : proof.identifiers;
  if (!essential && numbers.some((one) => sought.has(one))) throw refuse('numbered');
  const long = rule.counter === true && numbers.some((one) => one > LIMITS.counter);
  if (long && beginsWithDay(parts.join('\\'), proof)) throw new Unproven('numbered');
  return { value: written, change: parts.some((part, n) => part !== before[n]) ? 'whole' : '' };
}

function beginsWithDay(text: string, { dayDigits }: Proof): boolean {
  const digits = text.replace(/^\++/, '');
  return dayDigits.some((day) => digits.startsWith(day)) || DAY_NUMBER.test(digits);
}

/** Without the decimal point that a whole number needs not. */
function whole(part: string): string {
  return part.length <= LIMITS.decimal ? (WHOLE.exec(part)?.[1] ?? part) : part;
}

/** Dates (YYYYMMDD) as numbers begin with them: in every order of year, month and day, the year long or short. */
export function digitsOfDays(days: readonly string[]): string[] {
  return days.flatMap((text) => {
    const [month, day] = [text.slice(4, 6), text.slice(6, 8)];
    return [text.slice(0, 4), text.slice(2, 4)].flatMap((year) => [
      year + month + day,
      day + month + year,
      month + day + year,
    ]);
  });
}

function parsed(vr: string, part: string): number {
  const [form, longest] = vr === 'DS' ? [DECIMAL, LIMITS.decimal] : [INTEGER, LIMITS.integer];
  return part.length <= longest && form.test(part) ? Number(part) : Number.NaN;
}

/** Numbers of a binary representation; null if it is none, or cut. */
export function binary(vr: string, value: Uint8Array): number[] | null {
  const size = SIZES[vr];
  if (!size || value.length % size) return null;
  const view = viewOf(value);
  const read: Record<string, (at: number) => number> = {
    US: (at) => view.getUint16(at, true),
    SS: (at) => view.getInt16(at, true),
    UL: (at) => view.getUint32(at, true),
    SL: (at) => view.getInt32(at, true),
    FL: (at) => view.getFloat32(at, true),
    FD: (at) => view.getFloat64(at, true),
  };
  const one = read[vr];
  return one ? Array.from({ length: value.length / size }, (_, n) => one(n * size)) : null;
}

function pointer(value: Uint8Array, allowed: readonly string[]): Uint8Array {
  if (value.length % 4 || value.length > LIMITS.value) throw new Unproven();
  const view = viewOf(value);
  for (let at = 0; at < value.length; at += 4) {
    const tag = view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
    if (!allowed.includes(tag.toString(16).toUpperCase().padStart(8, '0'))) throw new Unproven();
  }
  return value;
}

/** What may stay of a text, and the key of the change if that is another text. */
function text(
  before: string,
  rule: Exclude<SingleRule, { rule: 'number' | 'pointer' }>,
  proof: Proof,
): [string, string] {
  const { pseudonyms, days } = proof;
  switch (rule.rule) {
    case 'terms':
      return [terms(before, rule.terms, rule.placed === true), 'term'];
    case 'names': {
      const key = before.toLowerCase();
      return [Object.hasOwn(rule.names, key) ? (rule.names[key] ?? '') : '', 'name'];
    }
    case 'uid': {
      const parts = before.split('\\').map(trimmed);
      if (!parts.every((part) => UID.test(part))) throw new Unproven();
      return [parts.map((part) => pseudonyms.made(part)).join('\\'), 'uid'];
    }
    case 'class_uid':
      return [STORAGE_CLASSES.has(before) ? before : '', ''];
    case 'date':
      return [(DATE.test(before) && shifted(before, days)) || '', 'date'];
    case 'datetime':
      return [unnumbered((DATETIME.test(before) && shifted(before, days)) || '', proof), 'date'];
    case 'time':
      return [unnumbered(time(before), proof), 'time'];
    case 'offset':
      return [OFFSET.test(before) ? before : '', ''];
    case 'age':
      return [age(before), 'age'];
  }
}

/** A time without its fraction of a second, if an identifier is in that. */
function unnumbered(time: string, { numberings }: Proof): string {
  const fraction = /\.([0-9]+)/.exec(time);
  if (!fraction || ![...numberings].some((number) => fraction[1]?.includes(String(number)))) return time;
  return time.replace(fraction[0], '');
}

function terms(before: string, allowed: readonly string[], placed: boolean): string {
  const parts = before.split('\\').map(trimmed);
  if (!placed) return parts.filter((part) => allowed.includes(part)).join('\\');
  return parts
    .map((part) => (allowed.includes(part) ? part : ''))
    .join('\\')
    .replace(/\\+$/, '');
}

function time(before: string): string {
  if (OLD_TIME.test(before)) return before.replaceAll(':', '');
  return TIME.test(before) ? before : '';
}

function age(before: string): string {
  const parts = AGE.exec(before);
  if (!parts) return '';
  return parts[2] === 'Y' && Number(parts[1]) > LIMITS.oldest ? '090Y' : before;
}

/** The UIDs of a value that a rule replaces; empty if it may not stay. */
export function uidsIn({ value }: Element): string[] {
  const parts = isAscii(value) ? trimmed(latin(value)).split('\\').map(trimmed) : [];
  return parts.every((part) => UID.test(part)) ? parts : [];
}

/** Every run of digits in a value, and all its digits together: 0012-34 is 12, 34 and 1234. */
export function numbersIn(value: Uint8Array): number[] {
  const runs = latin(value).match(/[0-9]+/g) ?? [];
  return [...runs, runs.join('')].filter((run) => run.length > 0 && run.length <= LONGEST_RUN).map(Number);
}
