/**
 * The second look, by another way than the first: is anything of the old file in the new one?
 *
 * `rebuild` keeps what its rules prove. Here the new file is read again by a reader of its own, and held against two
 * things: what any file of ours can say at all (a closed list of words, UIDs that the site's key recognises, dates that
 * were moved), and what the old file says of the patient, wherever it stands: in numbers, between the bytes of binary
 * values, among the pixels. The same questions as in `reader_study/intake/verification.py`.
 */

import { Old } from './old';
import { dictionaryVr, SEALED, STORAGE_CLASSES, shape, vocabulary } from './procedure';
import { binary } from './proving';
import type { Pseudonyms } from './pseudonyms';
import { isAscii, latin, PIXEL_DATA, type Structure, viewOf } from './tree';

const TEXTS = new Set(['AE', 'CS', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UR', 'UT']);
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const NUMBERS = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD']);
const [TRANSFER_SYNTAX, META_VERSION, OFFSET] = [0x00020010, 0x00020001, 0x00080201];
const UNDEFINED = 0xffffffff;
const SHAPES: Record<string, RegExp> = {
  TM: shape('time'),
  AS: /^((0[0-8]\d|090)Y|\d{3}[DWM])$/,
  DS: /^[-+0-9.eE]*$/,
  IS: /^[-+0-9]*$/,
};
const NUMBERINGS = new Set([0x00200011, 0x00200013]); // of series and images

interface Value {
  tag: number;
  vr: string;
  value: Uint8Array;
}

export interface Making {
  pseudonyms: Pseudonyms;
  /** Days that the dates went back; 0 for a file that was sealed. */
  days: number;
  wasSealed: boolean;
  /** What the study itself wrote (token, series description, sealed line). */
  ownWords: readonly string[];
}

/** Tags of what stands in `sealed` and must not, or of the old file's value that was found there; none is good. */
export async function leftOver(structure: Structure, sealed: Uint8Array, making: Making): Promise<number[]> {
  const values = valuesOf(sealed);
  if (!values) return [0xffffffff]; // we did not write what we can read
  const old = new Old(structure, making.wasSealed);
  const found = new Set<number>();
  for (const value of values) if (!(await isOurs(value, structure, old, making))) found.add(value.tag);
  for (const tag of foundIn(values, old)) found.add(tag);
  return [...found].sort((a, b) => a - b);
}

/** All values of a file as we write them, at every level: explicit VR, explicit lengths, one pass. Null if it is another. */
function valuesOf(data: Uint8Array): Value[] | null {
  if (data.subarray(0, 128).some((byte) => byte !== 0) || latin(data.subarray(128, 132)) !== 'DICM')
    return null;
  const view = viewOf(data);
  const values: Value[] = [];
  for (let at = 132; at < data.length; ) {
    if (at + 8 > data.length) return null;
    const tag = view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
    if (tag >>> 16 === 0xfffe) {
      if (tag === 0xfffee0dd) return null;
      at += 8; // the header of an item: its elements follow
      continue;
    }
    const vr = latin(data.subarray(at + 4, at + 6));
    const long = LONG.has(vr);
    if (long && at + 12 > data.length) return null;
    const length = long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    at += long ? 12 : 8;
    if (vr === 'SQ') continue;
    if (tag === PIXEL_DATA && length === UNDEFINED) return withFragments(values, data.subarray(at));
    if (at + length > data.length) return null;
    values.push({ tag, vr, value: data.subarray(at, at + length) });
    at += length;
  }
  return values;
}

/** Compressed frames: the last element, an empty table of offsets, one fragment each, the delimiter, and nothing more. */
function withFragments(values: Value[], data: Uint8Array): Value[] | null {
  const view = viewOf(data);
  for (let at = 0, first = true; at + 8 <= data.length; first = false) {
    const tag = view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
    const length = view.getUint32(at + 4, true);
    at += 8;
    if (tag === 0xfffee0dd) return length === 0 && at === data.length ? values : null;
    if (tag !== 0xfffee000 || (first && length !== 0) || at + length > data.length) return null;
    if (!first) values.push({ tag: PIXEL_DATA, vr: 'OB', value: data.subarray(at, at + length) });
    at += length;
  }
  return null;
}

/** Whether a file of ours can say this at all. */
async function isOurs(
  { tag, vr, value }: Value,
  { transferSyntax, fragments }: Structure,
  old: Old,
  { pseudonyms, days, ownWords }: Making,
): Promise<boolean> {
  const group = tag >>> 16;
  if ((group & 1) === 1 || (group >= 0x5000 && group < 0x6100) || dictionaryVr(tag) === undefined)
    return false;
  if (NUMBERS.has(vr) || vr === 'AT' || tag === PIXEL_DATA) return true;
  if (tag === META_VERSION) return value.length === 2 && value[0] === 0 && value[1] === 1;
  if (!isAscii(value)) return false;
  const text = latin(value).replace(vr === 'UI' ? /\0+$/ : / +$/, '');
  if (!text || (TEXTS.has(vr) && ownWords.includes(text))) return true;
  if (tag === TRANSFER_SYNTAX)
    return text === (fragments.length > 0 ? transferSyntax : '1.2.840.10008.1.2.1');
  for (const part of text.split('\\')) {
    if (vr === 'UI') {
      const known = STORAGE_CLASSES.has(part) || part === SEALED.implementation;
      if (!known && !(await pseudonyms.isOwnUid(part))) return false;
    } else if (vr === 'DA' || vr === 'DT') {
      if (!old.allowsDate(part, days)) return false;
    } else if (!(SHAPES[vr]?.test(part) ?? isOurWord(tag, part))) return false;
  }
  return true;
}

function isOurWord(tag: number, part: string): boolean {
  return vocabulary().has(part.toLowerCase()) || (tag === OFFSET && shape('offset').test(part));
}

/** Tags of the old file whose value is somewhere in the new one's numbers, binary values and pixels. */
function foundIn(values: readonly Value[], old: Old): number[] {
  const found: number[] = [];
  const texts: string[] = [];
  const blobs: Uint8Array[] = [];
  for (const { tag, vr, value } of values) {
    if (vr === 'DS' || vr === 'IS') {
      texts.push(latin(value));
      if (NUMBERINGS.has(tag)) found.push(...old.numberingTag(latin(value)));
    } else if (vr === 'TM' || vr === 'DT') found.push(...old.fractionTags(latin(value)));
    else if (NUMBERS.has(vr) && tag >>> 16 !== 2) {
      blobs.push(value);
      const large = vr === 'US' || vr === 'SS' ? [] : (binary(vr, value) ?? []);
      found.push(...large.flatMap((one) => old.numberTag(one)));
    } else if (tag === PIXEL_DATA) found.push(...old.namesAmong(value));
  }
  found.push(...old.digitsIn(texts.join('\\')));
  for (const blob of blobs) found.push(...old.wordsIn(blob), ...old.namesIn(blob));
  return found;
}
