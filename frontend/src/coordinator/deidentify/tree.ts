/** What a DICOM file is to the gate: raw values in a tree, bounded in number, size and depth. */

export const PIXEL_DATA = 0x7fe00010;
export const [ROWS, COLUMNS, FRAMES, SAMPLES] = [0x00280010, 0x00280011, 0x00280008, 0x00280002];
export const [ALLOCATED, STORED, HIGH_BIT, SIGNED] = [0x00280100, 0x00280101, 0x00280102, 0x00280103];

/** The file cannot be what it says it is, or cannot be used. Never quotes a value. */
export class Malformed extends Error {
  constructor(
    readonly code: string,
    detail = '',
  ) {
    super(detail ? `${code}: ${detail}` : code);
    this.name = 'Malformed';
  }
}

/** A raw value, little endian whatever the file was, or the items of a sequence. */
export interface Element {
  vr: string;
  value: Uint8Array;
  items: Item[];
}

export type Item = Map<number, Element>;

/** A file that passed the gate: its data set as a tree, and the size of its pixel matrix. */
export interface Structure {
  transferSyntax: string;
  root: Item;
  /** rows x columns x frames */
  pixels: number;
  frames: number;
  /** What the pixel data must have; anything behind it is not image. */
  pixelBytes: number;
  /** Preamble and file meta as they stood: only to look for what must not be found again. */
  head: Uint8Array;
  /** The element numbers of group 0002 and their values. */
  meta: Map<number, Uint8Array>;
  /** Of compressed pixels, the first is the table of offsets; then the value of the root's pixel data is empty. */
  fragments: Uint8Array[];
}

export function isPrivate(tag: number): boolean {
  return ((tag >>> 16) & 1) === 1;
}

/** `0054,0016`, as reports name a tag. */
export function nameOf(tag: number): string {
  const digits = tag.toString(16).padStart(8, '0').toUpperCase();
  return `${digits.slice(0, 4)},${digits.slice(4)}`;
}

/** Bytes as the characters of the same number. */
export function latin(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x7f) return false;
  return true;
}

/** Without the blanks and NULs around it. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0;

/** A value without the blanks and NULs around it. */
export function stripped(value: Uint8Array): Uint8Array {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value[start] ?? 1)) start += 1;
  while (end > start && isBlank(value[end - 1] ?? 1)) end -= 1;
  return value.subarray(start, end);
}

/** An ASCII text value, stripped; empty if it is absent or not ASCII. */
export function textAt(item: Item, tag: number): string {
  const element = item.get(tag);
  return element && isAscii(element.value) ? trimmed(latin(element.value)) : '';
}

/** An unsigned short of a data set; null if it is absent or of another size. */
export function numberAt(item: Item, tag: number): number | null {
  const value = item.get(tag)?.value;
  return value?.length === 2 ? (value[0] ?? 0) | ((value[1] ?? 0) << 8) : null;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
