/**
 * Encapsulated pixels, frame by frame: what can be decoded here becomes plain pixels, the rest stays compressed, with
 * codestreams that hold nothing but the image. The server decodes those, in its sandbox.
 */

import { cleaned, codingOf, decodedRle, type FrameShape, joined } from './codestream';
import {
  ALLOCATED,
  COLUMNS,
  latin,
  Malformed,
  numberAt,
  PIXEL_DATA,
  ROWS,
  SAMPLES,
  type Structure,
  viewOf,
} from './tree';

const PLANAR = 0x00280006;

/** The file without fragments, its pixels plain; or with one cleaned fragment a frame. Throws `Malformed`. */
export function decoded(structure: Structure): Structure {
  const { root, fragments } = structure;
  const coding = codingOf(structure.transferSyntax);
  if (!coding || fragments.length === 0) return structure;
  const allocated = numberAt(root, ALLOCATED) ?? 0;
  if (![8, 16, 32].includes(allocated)) throw new Malformed('bad_value', 'bits allocated');
  const width = allocated / 8;
  const shape: FrameShape = {
    rows: numberAt(root, ROWS) ?? 0,
    columns: numberAt(root, COLUMNS) ?? 0,
    samples: numberAt(root, SAMPLES) ?? 1,
    bytesPerSample: width,
  };
  const frames = framesOf(structure);
  if (coding !== 'none' && coding !== 'rle')
    return { ...structure, fragments: frames.map((frame) => cleaned(coding, frame, shape)) };
  const size = shape.rows * shape.columns * shape.samples * width;
  const plain = joined(
    frames.map((frame) => (coding === 'rle' ? decodedRle(frame, shape) : frame.subarray(0, size))),
  );
  if (plain.length !== structure.pixelBytes) throw new Malformed('dimensions_differ');
  const altered = new Map(root).set(PIXEL_DATA, { vr: 'OW', value: plain, items: [] });
  if (altered.has(PLANAR)) altered.set(PLANAR, { vr: 'US', value: new Uint8Array(2), items: [] });
  return { ...structure, root: altered, fragments: [] };
}

/** The fragments of each frame, joined (PS3.5 A.4). The table of offsets may be empty; it may not lie. */
function framesOf(structure: Structure): Uint8Array[] {
  const [table = new Uint8Array(0), ...fragments] = structure.fragments;
  const first = firstFragments(table, fragments, structure.frames);
  return first.map((start, n) => joined(fragments.slice(start, first[n + 1] ?? fragments.length)));
}

function firstFragments(table: Uint8Array, fragments: Uint8Array[], frames: number): number[] {
  if (table.length > 0) {
    if (table.length !== 4 * frames) throw new Malformed('bad_offsets');
    const starts = new Map<number, number>();
    let at = 0;
    fragments.forEach((fragment, n) => {
      starts.set(at, n);
      at += 8 + fragment.length;
    });
    const view = viewOf(table);
    const first = Array.from({ length: frames }, (_, n) => starts.get(view.getUint32(4 * n, true)) ?? -1);
    if (first[0] !== 0 || first.some((start, n) => n > 0 && start <= (first[n - 1] ?? 0)))
      throw new Malformed('bad_offsets');
    return first;
  }
  if (fragments.length === frames) return fragments.map((_, n) => n);
  if (frames === 1 && fragments.length > 0) return [0];
  // A frame begins where its codestream does.
  const first = fragments.flatMap((part, n) =>
    ['\xff\xd8', '\xff\x4f'].includes(latin(part.subarray(0, 2))) ? [n] : [],
  );
  if (first.length !== frames || first[0] !== 0) throw new Malformed('bad_offsets');
  return first;
}
