import type { StateName } from '../heart/segments';
import type { Ventricle, Volume } from './slices';

/** One picture of a read: the set it belongs to (1, 2) and its state. */
export type PictureKey = `${number} ${string}`;

export function pictureKey(set: number, state: StateName): PictureKey {
  return `${set} ${state}`;
}

/** The server's neutral volume: unsigned 16 bit, little-endian, `full_scale` is 100 % of the ventricle's maximum. */
export function volumeFrom<Where extends Ventricle | null>(
  bytes: ArrayBuffer,
  slot: { dims: readonly number[]; spacing_mm: number; full_scale: number; lv: Where },
): Volume<Where> {
  const [ni = 0, nj = 0, nk = 0] = slot.dims;
  return {
    dims: [ni, nj, nk],
    spacing: slot.spacing_mm,
    values: fractions(bytes, ni * nj * nk, slot.full_scale),
    ventricle: slot.lv,
  };
}

/** The frames of a cine, one after the other in the answer. */
export function framesFrom<Where extends Ventricle | null>(
  bytes: ArrayBuffer,
  cine: { frames: number; dims: readonly number[]; spacing_mm: number; full_scale: number; lv: Where },
): Volume<Where>[] {
  const each = bytes.byteLength / cine.frames;
  return Array.from({ length: cine.frames }, (_, frame) =>
    volumeFrom(bytes.slice(frame * each, (frame + 1) * each), cine),
  );
}

/** Fractions of full scale. Throws RangeError when the answer was cut short: half a heart must never be drawn. */
export function fractions(bytes: ArrayBuffer, count: number, fullScale: number): Float32Array<ArrayBuffer> {
  if (bytes.byteLength !== count * 2) {
    throw new RangeError(`Expected ${count * 2} bytes of image data, received ${bytes.byteLength}.`);
  }
  const data = new DataView(bytes);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = data.getUint16(index * 2, true) / fullScale;
  return values;
}
