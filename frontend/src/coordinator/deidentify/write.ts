/**
 * Writing DICOM: explicit VR little endian, explicit lengths, nothing that is not asked for (PS3.5 section 7). The bytes
 * are the same as those of `reader_study/intake/writing.py`.
 */

import { joined } from './codestream';
import { SEALED } from './procedure';
import { PIXEL_DATA, viewOf } from './tree';

const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT_VRS = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));
const LONGEST_SHORT = 65_534; // bytes of a value whose length has 16 bits
const NUL_PADDED = new Set(['UI', 'OB', 'UN']);
const UNDEFINED = 0xffffffff;
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** A value as it will be written, or the items of a sequence. */
export interface Written {
  vr: string;
  value: Uint8Array;
  items: WrittenItem[] | null;
}

export type WrittenItem = Map<number, Written>;

const encoder = new TextEncoder();

/** An ASCII value. */
export function text(vr: string, value: string): Written {
  return { vr, value: encoder.encode(value), items: null };
}

export function binary(vr: string, value: Uint8Array): Written {
  return { vr, value, items: null };
}

export function sequence(items: WrittenItem[]): Written {
  return { vr: 'SQ', value: new Uint8Array(0), items };
}

/** One element with its header; an odd value is padded. */
function element(tag: number, { vr, value, items }: Written): Uint8Array[] {
  const content = items ? items.flatMap(item) : padded(vr, value);
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return [header(tag, vr, length), ...content];
}

function padded(vr: string, value: Uint8Array): Uint8Array[] {
  if (value.length % 2 === 0) return [value];
  return [value, Uint8Array.of(NUL_PADDED.has(vr) ? 0 : 0x20)];
}

function header(tag: number, vr: string, length: number): Uint8Array {
  const long = LONG_VRS.has(vr);
  if (!long && length > 0xffff) throw new Error('A value is too long for its representation.');
  const bytes = new Uint8Array(long ? 12 : 8);
  const view = viewOf(bytes);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  bytes[4] = vr.charCodeAt(0);
  bytes[5] = vr.charCodeAt(1);
  if (long) view.setUint32(8, length, true);
  else view.setUint16(6, length, true);
  return bytes;
}

function item(elements: WrittenItem): Uint8Array[] {
  const content = itemContent(elements);
  return [
    mark(
      0xfffee000,
      content.reduce((sum, part) => sum + part.length, 0),
    ),
    ...content,
  ];
}

function itemContent(elements: WrittenItem): Uint8Array[] {
  return [...elements].sort(([a], [b]) => a - b).flatMap(([tag, written]) => element(tag, written));
}

function mark(tag: number, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = viewOf(bytes);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  view.setUint32(4, length, true);
  return bytes;
}

/** Compressed pixels: their transfer syntax, the table of offsets (empty unless given), and one codestream a frame. */
export interface Encapsulated {
  transferSyntax: string;
  table?: Uint8Array;
  frames: readonly Uint8Array[];
}

interface Names {
  sopClass: string;
  sopUid: string;
  encapsulated?: Encapsulated | null;
}

/** A file: empty preamble, our own file meta information, the data set (PS3.10 section 7.1). */
export function part10(
  elements: WrittenItem,
  { sopClass, sopUid, encapsulated }: Names,
): Uint8Array<ArrayBuffer> {
  const meta: WrittenItem = new Map([
    [0x00020001, binary('OB', Uint8Array.of(0, 1))],
    [0x00020002, text('UI', sopClass)],
    [0x00020003, text('UI', sopUid)],
    [0x00020010, text('UI', encapsulated?.transferSyntax ?? EXPLICIT_LITTLE_ENDIAN)],
    [0x00020012, text('UI', SEALED.implementation)],
    [0x00020013, text('SH', SEALED.implementation_version)],
  ]);
  const content = itemContent(meta);
  const length = new Uint8Array(4);
  viewOf(length).setUint32(
    0,
    content.reduce((sum, part) => sum + part.length, 0),
    true,
  );
  const preamble = new Uint8Array(132);
  preamble.set(encoder.encode('DICM'), 128);
  return joined([
    preamble,
    ...element(0x00020000, binary('UL', length)),
    ...content,
    ...dataSet(elements, encapsulated),
  ]);
}

/** The parts of a data set; plain pixels are among its elements. */
export function dataSet(elements: WrittenItem, encapsulated?: Encapsulated | null): Uint8Array[] {
  return [...itemContent(elements), ...(encapsulated ? encapsulatedPixels(encapsulated) : [])];
}

/** Whether a value is written exactly as it is. */
export function canBeWritten(vr: string, value: Uint8Array): boolean {
  const long = LONG_VRS.has(vr);
  return (long || SHORT_VRS.has(vr)) && value.length % 2 === 0 && (long || value.length <= LONGEST_SHORT);
}

/** PS3.5 A.4: a table of offsets, one fragment a frame. */
function encapsulatedPixels({ table = new Uint8Array(0), frames }: Encapsulated): Uint8Array[] {
  return [
    header(PIXEL_DATA, 'OB', UNDEFINED),
    mark(0xfffee000, table.length),
    table,
    ...frames.flatMap((frame) => [
      mark(0xfffee000, frame.length + (frame.length % 2)),
      ...padded('OB', frame),
    ]),
    mark(0xfffee0dd, 0),
  ];
}
