/**
 * Compressed frames without anything that is not image: no application or comment segments, nothing behind the end.
 *
 * JPEG (ITU-T T.81), JPEG-LS (T.87), JPEG 2000 and HTJ2K (T.800, T.814) codestreams are taken apart by their markers
 * and put together again from those that a decoder needs; the sizes they state must be the file's (PS3.5 A.4). RLE
 * (PS3.5 annex G) is decoded: it leaves as plain pixels.
 */

import { Malformed } from './tree';

export type Coding = 'none' | 'rle' | 'jpeg' | 'jpeg_ls' | 'jpeg_2000';

/** What the header of the file says about one frame. */
export interface FrameShape {
  rows: number;
  columns: number;
  samples: number;
  bytesPerSample: number;
}

const CODINGS: Record<string, Coding> = {
  '1.2.840.10008.1.2.1.98': 'none',
  '1.2.840.10008.1.2.5': 'rle',
  '1.2.840.10008.1.2.4.50': 'jpeg',
  '1.2.840.10008.1.2.4.51': 'jpeg',
  '1.2.840.10008.1.2.4.57': 'jpeg',
  '1.2.840.10008.1.2.4.70': 'jpeg',
  '1.2.840.10008.1.2.4.80': 'jpeg_ls',
  '1.2.840.10008.1.2.4.81': 'jpeg_ls',
  '1.2.840.10008.1.2.4.90': 'jpeg_2000',
  '1.2.840.10008.1.2.4.91': 'jpeg_2000',
  '1.2.840.10008.1.2.4.201': 'jpeg_2000',
  '1.2.840.10008.1.2.4.202': 'jpeg_2000',
  '1.2.840.10008.1.2.4.203': 'jpeg_2000',
};
const [SOI, EOI, SOS, DHT, DAC, DQT, DRI, COM, LSE] = [0xd8, 0xd9, 0xda, 0xc4, 0xcc, 0xdb, 0xdd, 0xfe, 0xf8];
const SOFS = new Set([0xc0, 0xc1, 0xc3, 0xf7]); // baseline, extended, lossless, JPEG-LS
const TABLES = new Set([DHT, DAC, DQT, DRI, LSE]);
const [SOC, SOT, SOD, EOC, SIZ] = [0x4f, 0x90, 0x93, 0xd9, 0x51];
// CAP, CPF, COD, COC, RGN, QCD, QCC, POC, PPM, PPT: what decoding needs. Not TLM, PLM, PLT, CRG, COM.
const NEEDED_2000 = new Set([SIZ, 0x50, 0x59, 0x52, 0x53, 0x5e, 0x5c, 0x5d, 0x5f, 0x60, 0x61]);
const LEFT_OUT_2000 = new Set([0x55, 0x57, 0x58, 0x63, 0x64]);
const [MOST_TILES, MOST_SAMPLES] = [4096, 4];
const RLE_HEADER = 64;
const MOST_RLE_SEGMENTS = 15;
const MOST_PADDING = 8; // bytes behind the last run of a plane; one is usual

export function codingOf(transferSyntax: string): Coding | null {
  return Object.hasOwn(CODINGS, transferSyntax) ? (CODINGS[transferSyntax] ?? null) : null;
}

/** One frame's codestream, cleaned. Throws `Malformed`. */
export function cleaned(
  coding: Exclude<Coding, 'none' | 'rle'>,
  frame: Uint8Array,
  shape: FrameShape,
): Uint8Array {
  return coding === 'jpeg_2000' ? cleaned2000(frame, shape) : cleanedJpeg(frame, shape, coding === 'jpeg_ls');
}

function cleanedJpeg(frame: Uint8Array, shape: FrameShape, isLs: boolean): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const kept: Uint8Array[] = [];
  if (frame.length < 4 || view.getUint16(0) !== (0xff00 | SOI))
    throw new Malformed('bad_codestream', 'no start');
  kept.push(frame.subarray(0, 2));
  let sized = false;
  for (let at = 2; ; ) {
    while (at + 1 < frame.length && frame[at] === 0xff && frame[at + 1] === 0xff) at += 1; // fill bytes
    const marker = frame[at + 1];
    if (frame[at] !== 0xff || marker === undefined) throw new Malformed('bad_codestream', 'no marker');
    if (marker === EOI) {
      if (!sized) throw new Malformed('bad_codestream', 'no size');
      return joined([...kept, frame.subarray(at, at + 2)]);
    }
    if (at + 4 > frame.length) throw new Malformed('bad_codestream', 'cut off');
    const end = at + 2 + view.getUint16(at + 2);
    if (end > frame.length || end < at + 4) throw new Malformed('bad_codestream', 'cut off');
    const segment = frame.subarray(at, end);
    at = end;
    if (SOFS.has(marker)) {
      checkSize(view.getUint16(segment.byteOffset - frame.byteOffset + 5), shape.rows);
      checkSize(view.getUint16(segment.byteOffset - frame.byteOffset + 7), shape.columns);
      checkSize(segment[9] ?? 0, shape.samples);
      checkPrecision(segment[4] ?? 0, shape);
      if (sized) throw new Malformed('bad_codestream', 'two sizes');
      sized = true;
      kept.push(segment);
    } else if (marker === SOS) {
      if (!sized) throw new Malformed('bad_codestream', 'no size');
      const start = at;
      at = endOfScan(frame, at, isLs);
      kept.push(segment, frame.subarray(start, at));
    } else if (TABLES.has(marker)) {
      kept.push(segment);
    } else if (marker !== COM && (marker & 0xf0) !== 0xe0) {
      throw new Malformed('bad_codestream', `marker ${marker}`);
    }
  }
}

/** Where the entropy-coded data ends: at the next marker that is no restart. */
function endOfScan(frame: Uint8Array, start: number, isLs: boolean): number {
  for (let at = start; at + 1 < frame.length; at += 1) {
    if (frame[at] !== 0xff) continue;
    const next = frame[at + 1] ?? 0;
    const isData = isLs ? next < 0x80 : next === 0;
    if (!isData && !(next >= 0xd0 && next <= 0xd7)) return at;
    at += 1;
  }
  throw new Malformed('bad_codestream', 'cut off');
}

function cleaned2000(bytes: Uint8Array, shape: FrameShape): Uint8Array {
  const frame = codestreamOf(bytes);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < 6 || view.getUint16(0) !== (0xff00 | SOC) || view.getUint16(2) !== (0xff00 | SIZ))
    throw new Malformed('bad_codestream', 'no start');
  checkTiles(frame, view); // before anything else is read
  checkSize(view.getUint32(8) - view.getUint32(16), shape.columns);
  checkSize(view.getUint32(12) - view.getUint32(20), shape.rows);
  checkSize(view.getUint16(40), shape.samples);
  checkPrecision((view.getUint8(42) & 0x7f) + 1, shape);
  const kept = [frame.subarray(0, 2)];
  const main = segments(frame, view, 2, frame.length, SOT);
  kept.push(...main.kept);
  for (let at = main.at; ; ) {
    if (at + 2 > frame.length) throw new Malformed('bad_codestream', 'cut off');
    if (view.getUint16(at) === (0xff00 | EOC)) return joined([...kept, frame.subarray(at, at + 2)]);
    if (view.getUint16(at) !== (0xff00 | SOT) || at + 12 > frame.length)
      throw new Malformed('bad_codestream', 'no tile');
    const end = endOfTile(frame, view, at);
    const header = segments(frame, view, at + 12, end, SOD);
    const body = frame.subarray(header.at, end);
    const start = frame.slice(at, at + 12);
    const length = start.length + body.length + header.kept.reduce((sum, { length: one }) => sum + one, 0);
    new DataView(start.buffer).setUint32(6, length);
    kept.push(start, ...header.kept, body);
    at = end;
  }
}

/** Image and tile size (T.800 A.5.1): as many tiles as a decoder can bear, components alike. */
function checkTiles(frame: Uint8Array, view: DataView): void {
  const samples = frame.length >= 42 ? view.getUint16(40) : 0;
  if (samples < 1 || samples > MOST_SAMPLES || frame.length < 42 + 3 * samples)
    throw new Malformed('bad_codestream', 'no size');
  const [right = 0, bottom = 0, left = 0, top = 0, width = 0, height = 0, tileLeft = 0, tileTop = 0] =
    Array.from({ length: 8 }, (_, n) => view.getUint32(8 + 4 * n));
  const tiles = Math.ceil((right - tileLeft) / width) * Math.ceil((bottom - tileTop) / height);
  if (right <= left || bottom <= top || !width || !height || !(tiles > 0 && tiles <= MOST_TILES))
    throw new Malformed('bad_codestream', 'tiles');
  for (let n = 0; n < samples; n += 1) {
    const [depth, across, down] = frame.subarray(42 + 3 * n);
    if (depth !== frame[42] || across !== 1 || down !== 1)
      throw new Malformed('bad_codestream', 'components');
  }
}

/** Where a tile-part ends; the last one may leave its length open, then it ends before the last end marker. */
function endOfTile(frame: Uint8Array, view: DataView, at: number): number {
  const stated = view.getUint32(at + 6);
  if (stated !== 0) {
    if (stated < 14 || at + stated > frame.length) throw new Malformed('bad_codestream', 'cut off');
    return at + stated;
  }
  for (let end = frame.length - 2; end > at + 12; end -= 1)
    if (frame[end] === 0xff && frame[end + 1] === EOC) return end;
  throw new Malformed('bad_codestream', 'cut off');
}

/** The marker segments from `at` to the marker `until`, those that decoding needs. */
function segments(frame: Uint8Array, view: DataView, from: number, end: number, until: number) {
  const kept: Uint8Array[] = [];
  for (let at = from; ; ) {
    if (at + 4 > end) throw new Malformed('bad_codestream', 'cut off');
    const marker = view.getUint16(at);
    if (marker === (0xff00 | until)) return { kept, at };
    const next = at + 2 + view.getUint16(at + 2);
    const needed = NEEDED_2000.has(marker & 0xff);
    if (
      marker >>> 8 !== 0xff ||
      next > end ||
      next < at + 4 ||
      (!needed && !LEFT_OUT_2000.has(marker & 0xff))
    )
      throw new Malformed('bad_codestream', 'marker');
    if (needed) kept.push(frame.subarray(at, next));
    at = next;
  }
}

/** The codestream itself, also where a file wrapped it in the boxes of a JP2 file. */
function codestreamOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 12 || view.getUint32(4) !== 0x6a502020) return bytes;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    const end = length === 0 ? bytes.length : at + length;
    if (length === 1 || (length > 0 && length < 8) || end > bytes.length) break;
    if (view.getUint32(at + 4) === 0x6a703263) return bytes.subarray(at + 8, end);
    at = end;
  }
  throw new Malformed('bad_codestream', 'no codestream');
}

function checkSize(stated: number, expected: number): void {
  if (stated !== expected) throw new Malformed('dimensions_differ');
}

function checkPrecision(bits: number, { bytesPerSample }: FrameShape): void {
  if (bits < 2 || bits > Math.min(8 * bytesPerSample, 16)) throw new Malformed('bad_codestream', 'precision');
}

/** One RLE frame as little-endian samples, pixel by pixel. Throws `Malformed`. */
export function decodedRle(frame: Uint8Array, shape: FrameShape): Uint8Array {
  const { rows, columns, samples, bytesPerSample } = shape;
  const pixels = rows * columns;
  const planes = samples * bytesPerSample;
  if (frame.length < RLE_HEADER) throw new Malformed('bad_codestream', 'RLE');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(0, true) !== planes || planes > MOST_RLE_SEGMENTS)
    throw new Malformed('bad_codestream', 'RLE');
  const out = new Uint8Array(pixels * planes);
  for (let plane = 0; plane < planes; plane += 1) {
    const start = view.getUint32(4 + 4 * plane, true);
    const end = plane + 1 < planes ? view.getUint32(8 + 4 * plane, true) : frame.length;
    if (start < RLE_HEADER || (plane === 0 && start !== RLE_HEADER) || end < start || end > frame.length)
      throw new Malformed('bad_codestream', 'RLE');
    const sample = Math.floor(plane / bytesPerSample);
    const byte = bytesPerSample - 1 - (plane % bytesPerSample); // planes go from the most significant byte
    unpack(frame.subarray(start, end), out, sample * bytesPerSample + byte, planes, pixels);
  }
  return out;
}

/** PackBits, to exactly `count` bytes. */
function unpack(packed: Uint8Array, out: Uint8Array, first: number, step: number, count: number): void {
  let [done, at] = [0, 0];
  while (done < count && at < packed.length) {
    const control = packed[at] ?? 128;
    at += 1;
    if (control === 128) continue;
    const times = control < 128 ? control + 1 : 257 - control;
    for (let n = 0; n < times && done < count; n += 1, done += 1) {
      const value = packed[control < 128 ? at + n : at];
      if (value === undefined) throw new Malformed('dimensions_differ', 'RLE');
      out[first + done * step] = value;
    }
    at += control < 128 ? times : 1;
  }
  if (done !== count || packed.length - at > MOST_PADDING) throw new Malformed('dimensions_differ', 'RLE');
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
