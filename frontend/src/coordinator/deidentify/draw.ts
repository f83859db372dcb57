/** What the look at the pixels draws: grey levels of one frame, or of the brightest value of all. */
import type { Blank, Frames } from './types';

/** Grey levels as RGBA; values at or below `low` are black, at or above `high` white, the other way if inverted. */
export function greyLevels(
  values: ArrayLike<number>,
  { low, high, inverted }: { low: number; high: number; inverted: boolean },
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * values.length);
  const scale = 255 / Math.max(1, high - low);
  for (let n = 0; n < values.length; n += 1) {
    const level = Math.min(255, Math.max(0, ((values[n] ?? 0) - low) * scale));
    const grey = inverted ? 255 - level : level;
    rgba[4 * n] = grey;
    rgba[4 * n + 1] = grey;
    rgba[4 * n + 2] = grey;
    rgba[4 * n + 3] = 255;
  }
  return rgba;
}

/** Of every pixel the value that is brightest on the screen: letters of any frame show. */
export async function brightest({ rows, columns, count, inverted, frame }: Frames): Promise<Float64Array> {
  const most = new Float64Array(rows * columns).fill(
    inverted ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
  );
  for (let n = 0; n < count; n += 1) {
    const values = await frame(n);
    for (let at = 0; at < most.length; at += 1) {
      const value = values[at] ?? 0;
      const held = most[at] ?? 0;
      if (inverted ? value < held : value > held) most[at] = value;
    }
  }
  return most;
}

/** The box between two corners, in whole pixels within the image; null if it holds none. */
export function boxBetween(
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  { rows, columns }: { rows: number; columns: number },
): Omit<Blank, 'frame'> | null {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  const left = clamp(Math.floor(Math.min(from[0], to[0])), columns);
  const right = clamp(Math.ceil(Math.max(from[0], to[0])), columns);
  const top = clamp(Math.floor(Math.min(from[1], to[1])), rows);
  const bottom = clamp(Math.ceil(Math.max(from[1], to[1])), rows);
  return right > left && bottom > top ? { left, top, right, bottom } : null;
}
