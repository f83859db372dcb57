/** What can be said about pixels without looking at them, and what a person needs to look. */

import { showsText, type Values } from './lettering';
import type { PixelValues } from './protocol';
import { showsLines } from './textLines';
import {
  ALLOCATED,
  COLUMNS,
  HIGH_BIT,
  Malformed,
  numberAt,
  PIXEL_DATA,
  ROWS,
  SAMPLES,
  SIGNED,
  STORED,
  type Structure,
  textAt,
} from './tree';

const [BURNED_IN, IMAGE_TYPE, PHOTOMETRIC] = [0x00280301, 0x00080008, 0x00280004];
/** A person may look at these and decide; every other code keeps the file back. */
export const FOR_EYES = new Set(['burned_in', 'secondary']);

/**
 * The reason why a person must look at the pixels or they cannot be used, empty if there is none.
 *
 * @param lookedAt a person said that there is no text, or blanked it: then only what no eye can see is asked.
 */
export function doubtAboutPixels(structure: Structure, lookedAt: boolean): string {
  const { root } = structure;
  const imageType = textAt(root, IMAGE_TYPE).split('\\');
  const captured = imageType.some(
    (value) => value === 'SECONDARY' || value.includes('SCREEN') || value.includes('SAVE'),
  );
  if (!lookedAt && textAt(root, BURNED_IN) === 'YES') return 'burned_in';
  if (!lookedAt && captured) return 'secondary';
  const samples = numberAt(root, SAMPLES);
  if ((samples !== null && samples !== 1) || !textAt(root, PHOTOMETRIC).startsWith('MONOCHROME'))
    return 'colour';
  const [allocated, stored, signed] = [ALLOCATED, STORED, SIGNED].map((tag) => numberAt(root, tag));
  if (allocated === 8) return 'eight_bit';
  if (allocated !== 16 || !stored || stored > 16 || (signed !== 0 && signed !== 1)) return 'bad_value';
  const highBit = numberAt(root, HIGH_BIT);
  if (highBit !== null && highBit !== stored - 1) return 'bad_value';
  if (structure.fragments.length > 0) return ''; // compressed: the server looks
  const values = valuesOf(structure);
  if (stored < 16 && !within(values, stored, signed === 1)) return 'overlay'; // planes hidden above the stored bits
  if (lookedAt) return '';
  const [rows, columns] = [numberAt(root, ROWS) ?? 0, numberAt(root, COLUMNS) ?? 0];
  const area = rows * columns;
  for (let n = 0; n < structure.frames; n += 1) {
    const frame = values.subarray(n * area, (n + 1) * area);
    if (showsText(frame, rows, columns) || showsLines(frame, rows, columns)) return 'burned_in';
  }
  return '';
}

/** Stored values of all frames; a copy, aligned. */
function valuesOf(structure: Structure): Values {
  const bytes = structure.root.get(PIXEL_DATA)?.value.slice(0, structure.pixelBytes) ?? new Uint8Array(0);
  return numberAt(structure.root, SIGNED) === 1
    ? new Int16Array(bytes.buffer)
    : new Uint16Array(bytes.buffer);
}

function within(values: Values, stored: number, signed: boolean): boolean {
  const half = 2 ** (stored - 1);
  const [least, most] = signed ? [-half, half - 1] : [0, 2 * half - 1];
  for (const value of values) if (value < least || value > most) return false;
  return true;
}

/** The frames as a person looks at them. Throws `Malformed` when they cannot be shown here. */
export function shown(structure: Structure): PixelValues {
  const { root } = structure;
  const [rows, columns] = [numberAt(root, ROWS) ?? 0, numberAt(root, COLUMNS) ?? 0];
  if (
    structure.fragments.length > 0 ||
    numberAt(root, ALLOCATED) !== 16 ||
    (numberAt(root, SAMPLES) ?? 1) !== 1
  )
    throw new Malformed('not_shown');
  const values = valuesOf(structure);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (values.length === 0) [low, high] = [0, 1];
  const inverted = textAt(root, PHOTOMETRIC) === 'MONOCHROME1';
  return { rows, columns, count: structure.frames, low, high: Math.max(high, low + 1), inverted, values };
}
