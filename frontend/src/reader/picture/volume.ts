import type { Ventricle, Volume } from './slices';

/** The server's neutral volume: unsigned 16 bit, little-endian, `full_scale` is 100 % of the ventricle's maximum. */
export function volumeFrom(
  bytes: ArrayBuffer,
  slot: { dims: readonly number[]; spacing_mm: number; full_scale: number; lv: Ventricle },
): Volume {
  const [ni = 0, nj = 0, nk = 0] = slot.dims;
  return {
    dims: [ni, nj, nk],
    spacing: slot.spacing_mm,
    values: fractions(bytes, ni * nj * nk, slot.full_scale),
    ventricle: slot.lv,
  };
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
