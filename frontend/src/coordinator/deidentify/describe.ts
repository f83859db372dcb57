/**
 * From the raw tree of a file to its description: what a file says, by codes and terms first, then by words. The same
 * as `reader_study/intake/describing.py`, with the procedure's own words.
 */

import { CLASSES, DESCRIBING } from './procedure';
import { type Item, Malformed, stripped, textAt, trimmed, viewOf } from './tree';
import type { Answers, Description, Kind, Pixels } from './types';
import { methodIn, saysCorrected, stateIn, type Texts, viewIn, worded } from './words';

const [CHARACTER_SET, MODALITY, IMAGE_TYPE, CORRECTED] = [0x00080005, 0x00080060, 0x00080008, 0x00280051];
const [SERIES_TYPE, PROGRESSION, SYNCHRONISATION] = [0x00541000, 0x00540500, 0x00189037];
const [VIEW_CODES, DETECTORS] = [0x00540220, 0x00540022];
const [CONTEXT, CONCEPT] = [0x00400555, 0x0040a168];
const GROUPS = [0x52009229, 0x52009230];
const [STATE, STATE_CODES] = [0x00189771, 0x00189772];
const [DRUGS, DRUG_NAME] = [0x00180026, 0x00180034];
const [CODE_VALUE, CODE_SCHEME, SOP_CLASS] = [0x00080100, 0x00080102, 0x00080016];
const [FRAMES, SLICES, IN_ACQUISITION, TIME_SLOTS, INTERVALS] = [
  0x00280008, 0x00540081, 0x00201002, 0x00540071, 0x00540061,
];
/** Keyword and tag of the texts in which words are looked for. */
const TEXTS: [string, number][] = [
  ['ProtocolName', 0x00181030],
  ['SeriesDescription', 0x0008103e],
  ['ImageID', 0x00540400],
  ['StudyDescription', 0x00081030],
  ['AttenuationCorrectionMethod', 0x00541101],
  ['ProcessingFunction', 0x00185020],
];
const KINDS: Record<string, Kind> = {
  'RECON TOMO': 'spect',
  'RECON GATED TOMO': 'gated_spect',
  TOMO: 'projections',
  'GATED TOMO': 'gated_projections',
};
const COORDINATOR = 'coordinator';

/** What the tree of an allowed SOP class shows. Throws `Malformed` for a planar NM image and a dynamic PET series. */
export function describe(root: Item, sopClass: string): Description {
  const kind = kindOf(root, sopClass);
  const texts = textsOf(root);
  const [state, stateFrom] = stateIn(texts, stateItems(root).map(code));
  const [view, viewFrom] = viewIn(texts, viewItems(root).map(code));
  const corrected = isCorrected(root, texts);
  const correctedBy = corrected && DESCRIBING.corrected_kinds.includes(kind) ? methodIn(texts) : '';
  return { kind, state, stateFrom, view, viewFrom, corrected, correctedBy, pixels: 'unseen' };
}

/** The description with what a person decided instead of what the file says. */
export function answered(description: Description, answers: Answers): Description {
  const result = { ...description };
  if (answers.state !== undefined) Object.assign(result, { state: answers.state, stateFrom: COORDINATOR });
  if (answers.view !== undefined) Object.assign(result, { view: answers.view, viewFrom: COORDINATOR });
  const pixels: Pixels = (answers.blank?.length ?? 0) > 0 ? 'blanked' : (answers.pixels ?? 'unseen');
  return pixels === 'unseen' ? result : { ...result, pixels };
}

/** The value of Image Comments, but for its seal. */
export function line(description: Description): string {
  const { kind, state, stateFrom, view, viewFrom, pixels } = description;
  const corrected = description.corrected ? description.correctedBy || 'yes' : 'no';
  return (
    `reader-study 1; kind=${kind}; state=${state ?? 'unknown'}; state_from=${stateFrom}; ` +
    `view=${view ?? 'unknown'}; view_from=${viewFrom}; corrected=${corrected}; pixels=${pixels}`
  );
}

const GRAMMAR =
  /^reader-study 1; kind=([a-z_]+); state=([a-z_]+); state_from=([A-Za-z]*); view=([a-z_]+); view_from=([A-Za-z]*); corrected=(yes|no|chang|ct); pixels=([a-z]+)$/;

/** What `line` wrote; null for anything that it cannot have written. */
export function parsedLine(text: string): Description | null {
  const [, kind = '', state = '', stateFrom = '', view = '', viewFrom = '', corrected, pixels = ''] =
    GRAMMAR.exec(text) ?? [];
  const { kind_words, state_sources, view_sources, view_phrases } = DESCRIBING;
  if (!Object.hasOwn(kind_words, kind) || !['unseen', 'seen', 'blanked'].includes(pixels)) return null;
  if (!['stress', 'rest', 'unknown'].includes(state) || !state_sources.includes(stateFrom)) return null;
  if ((view !== 'unknown' && !Object.hasOwn(view_phrases, view)) || !view_sources.includes(viewFrom))
    return null;
  if ((state === 'unknown') !== (stateFrom === '') || (view === 'unknown') !== (viewFrom === '')) return null;
  return {
    kind: kind as Kind,
    state: state === 'unknown' ? null : state,
    stateFrom,
    view: view === 'unknown' ? null : view,
    viewFrom,
    corrected: corrected !== 'no',
    correctedBy: corrected === 'chang' || corrected === 'ct' ? corrected : '',
    pixels: pixels as Pixels,
  };
}

/** The value of Series Description, e.g. "SPECT stress short axis AC". */
export function seriesDescription({ kind, state, view, corrected, correctedBy }: Description): string {
  const words = [DESCRIBING.kind_words[kind], state, view && DESCRIBING.view_phrases[view]];
  if (corrected && DESCRIBING.corrected_kinds.includes(kind))
    words.push(DESCRIBING.corrected_words[correctedBy]);
  return words.filter(Boolean).join(' ');
}

/** How many files make up the image; 1 if the file does not say. Throws `Malformed` for a PET slice without it. */
export function slicesOf(root: Item, kind: Kind): number {
  const enhanced = CLASSES.get(textAt(root, SOP_CLASS)) === 'enhanced_pt';
  const slices = short(root, SLICES);
  if ((kind === 'pet' || kind === 'gated_pet') && !enhanced) {
    if (slices === null) throw new Malformed('missing_attribute');
    if (slices < 1) throw new Malformed('bad_value');
    if (kind === 'pet') return slices;
    return slices * Math.max(1, short(root, TIME_SLOTS) ?? 1) * Math.max(1, short(root, INTERVALS) ?? 1);
  }
  const frames = textAt(root, FRAMES);
  if (enhanced || Number(frames) > 1) return 1; // the gate proved its form
  if (slices !== null && slices > 1) return slices;
  const images = textAt(root, IN_ACQUISITION);
  return /^\d{1,5}$/.test(images) ? Math.max(1, Number(images)) : 1;
}

/** The values of an ASCII text, each stripped; none if it is empty. */
export function valuesAt(item: Item, tag: number): string[] {
  const text = textAt(item, tag);
  return text ? text.split('\\').map(trimmed) : [];
}

/** What kind of image it is. Throws `Malformed`. */
function kindOf(root: Item, sopClass: string): Kind {
  if (CLASSES.get(sopClass) === 'ct') return 'ct';
  if (CLASSES.get(sopClass) === 'enhanced_pt')
    return ['', 'NONE'].includes(textAt(root, SYNCHRONISATION)) ? 'pet' : 'gated_pet';
  if (CLASSES.get(sopClass) !== 'nm') {
    const [series = ''] = valuesAt(root, SERIES_TYPE);
    if (['', 'STATIC', 'WHOLE BODY'].includes(series)) return 'pet';
    if (series === 'GATED') return 'gated_pet';
    throw new Malformed('not_static');
  }
  const imageType = valuesAt(root, IMAGE_TYPE);
  const named = imageType.find((value) => Object.hasOwn(KINDS, value));
  if (named === undefined) throw new Malformed('not_reconstructed');
  if (named === 'RECON TOMO' && imageType.includes('TRANSMISSION')) return 'attenuation_map';
  return KINDS[named] ?? 'spect';
}

function textsOf(root: Item): Texts {
  const declared = valuesAt(root, CHARACTER_SET);
  const read = (item: Item, tag: number) =>
    worded(stripped(item.get(tag)?.value ?? new Uint8Array(0)), declared);
  const texts = Object.fromEntries(
    TEXTS.filter(([, tag]) => root.has(tag)).map(([keyword, tag]) => [keyword, read(root, tag)]),
  );
  texts.SliceProgressionDirection = textAt(root, PROGRESSION);
  if (root.has(DRUGS))
    texts.InterventionDrugName = items(root, DRUGS)
      .filter((item) => item.has(DRUG_NAME))
      .map((item) => read(item, DRUG_NAME))
      .join('\\');
  return texts;
}

function stateItems(root: Item): Item[] {
  return [
    ...items(root, CONTEXT).flatMap((item) => items(item, CONCEPT)),
    ...GROUPS.flatMap((groups) => items(root, groups))
      .flatMap((frame) => items(frame, STATE))
      .flatMap((item) => items(item, STATE_CODES)),
  ];
}

function viewItems(root: Item): Item[] {
  return [
    ...items(root, DETECTORS).flatMap((detector) => items(detector, VIEW_CODES)),
    ...items(root, VIEW_CODES),
  ];
}

function items(item: Item, tag: number): Item[] {
  return item.get(tag)?.items ?? [];
}

/** A code as value and scheme, in one string. */
function code(item: Item): string {
  return `${textAt(item, CODE_VALUE)}\n${textAt(item, CODE_SCHEME)}`;
}

function short(root: Item, tag: number): number | null {
  const value = root.get(tag)?.value;
  return value?.length === 2 ? viewOf(value).getUint16(0, true) : null;
}

function isCorrected(root: Item, texts: Texts): boolean {
  if (textAt(root, MODALITY) === 'PT') return true;
  if (valuesAt(root, IMAGE_TYPE).includes('TRANSMISSION')) return false;
  const said = valuesAt(root, CORRECTED);
  return said.length > 0 ? said.includes('ATTN') : saysCorrected(texts);
}
