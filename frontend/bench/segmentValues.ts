/**
 * The 17 values of a polar map, by the rules of the server: a check that browser and server number the segments alike. No page
 * shows them, because readers score what they see.
 */
import { SEGMENTS, segmentAt } from '../src/reader/heart/segments';
import type { PolarMap } from '../src/reader/picture/polarPicture';

/** Area-weighted mean of each segment in % of maximum; index 0 is segment 1. */
export function segmentValues({ rings, angles, values }: PolarMap): number[] {
  const sums = SEGMENTS.map(() => ({ value: 0, weight: 0 }));
  for (let ring = 0; ring < rings; ring++) {
    const weight = ringWeight(ring, rings);
    for (let angle = 0; angle < angles; angle++) {
      const radius = (ring + 0.5) / rings;
      const turn = ((angle + 0.5) / angles) * 2 * Math.PI;
      const segment = segmentAt(-radius * Math.sin(turn), -radius * Math.cos(turn));
      const sum = segment === null ? undefined : sums[segment - 1];
      if (!sum) continue;
      sum.value += (values[ring * angles + angle] as number) * weight;
      sum.weight += weight;
    }
  }
  return sums.map(({ value, weight }) => (100 * value) / weight);
}

/**
 * The area of wall that a sample stands for, within its band: equal steps along the axis cut equal areas from a cylinder and a
 * sphere alike; in the cap, the inner quarter of the rings, steps are equal in angle and the areas grow as 1, 3, 5, …
 */
function ringWeight(ring: number, rings: number): number {
  return ring < rings / 4 ? 2 * ring + 1 : 1;
}
