/**
 * The polar map as a smooth disc: 24 rings from apex to base, 72 angles counter-clockwise from anterior. Values are
 * interpolated between the samples and coloured last, like the slices.
 */
import { tableIndex } from './colours';
import type { Window } from './painter';

export interface PolarMap {
  rings: number;
  angles: number;
  /** Fractions of maximum, ring after ring. */
  values: Float32Array;
}

/** `side` x `side` values of the disc; NaN outside it. */
export function disc(map: PolarMap, side: number): Float32Array {
  const out = new Float32Array(side * side).fill(Number.NaN);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) / side) * 2 - 1;
      const y = ((row + 0.5) / side) * 2 - 1;
      const radius = Math.hypot(x, y);
      if (radius <= 1) out[row * side + column] = mapValue(map, radius, Math.atan2(-x, -y));
    }
  }
  return out;
}

/** Bilinear value at a radius (0 apex, 1 base) and an angle in radians, counter-clockwise from anterior. */
export function mapValue({ rings, angles, values }: PolarMap, radius: number, angle: number): number {
  const ring = Math.min(Math.max(radius * rings - 0.5, 0), rings - 1);
  const turn = (((angle / (2 * Math.PI)) * angles - 0.5) % angles) + angles;
  const [inner, first] = [Math.min(Math.floor(ring), rings - 2), Math.floor(turn)];
  const [across, along] = [ring - inner, turn - first];
  const at = (r: number, a: number) => values[r * angles + (a % angles)] as number;
  const round = (r: number) => at(r, first) * (1 - along) + at(r, first + 1) * along;
  const value = round(inner) * (1 - across) + round(inner + 1) * across;
  // Inside the first ring every direction is the same muscle: fade to its mean, or the centre shows a pinwheel.
  const centre = radius * rings;
  if (centre >= 0.5) return value;
  let sum = 0;
  for (let a = 0; a < angles; a++) sum += at(0, a);
  return value * (centre / 0.5) + (sum / angles) * (1 - centre / 0.5);
}

export function difference(stress: PolarMap, rest: PolarMap): PolarMap {
  return { ...rest, values: rest.values.map((value, index) => value - (stress.values[index] as number)) };
}

/** Colour the disc on a canvas whose side is the disc's; outside stays transparent. */
export function paintDisc(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  table: Uint8ClampedArray<ArrayBuffer>,
  { low, high }: Window,
): void {
  const side = Math.round(Math.sqrt(values.length));
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  const entries = new Uint32Array(table.buffer);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!Number.isNaN(value)) pixels[at] = entries[tableIndex(value, low, high)] as number;
  }
  context.putImageData(image, 0, 0);
}
