import { describe, expect, it } from 'vitest';
import type { Plane } from '../picture/slices';
import { cutBy, knots, ringHeights, withoutScraps } from './contour';

const RADIUS = 26;
const heart = { dims: [80, 80, 64], spacing: 2, ventricle: { apex_k: 8, base_k: 48, radius_mm: RADIUS } };
const round = { rings: 24, angles: 72, distances: new Float32Array(24 * 72).fill(RADIUS) };
const shortAxis = (k: number): Plane => ({ centre: [39.5, 39.5, k], right: [60, 0, 0], down: [0, 60, 0] });
const longAxis: Plane = { centre: [39.5, 39.5, 28], right: [0, 0, -60], down: [0, 60, 0] };
const radii = (plane: Plane, contour = round) =>
  cutBy(plane, knots(contour, heart))
    .flat()
    .map(([i, j]) => Math.hypot(i - 39.5, j - 39.5) * 2);

describe('the rings of a map', () => {
  it('rise from the apex to just before the base, six in each band', () => {
    const heights = ringHeights(24, 80, RADIUS);
    expect(heights.every((height, ring) => ring === 0 || height > (heights[ring - 1] as number))).toBe(true);
    expect(heights.filter((height) => height < 5).length).toBe(6);
    expect(heights.filter((height) => height < 30).length).toBe(12);
    expect(heights.at(-1)).toBeLessThan(75);
  });
});

describe('the contour in a slice', () => {
  it('is the circle of the wall across the cylinder', () => {
    const found = radii(shortAxis(35.3));
    expect(found.length).toBe(2 * 72);
    expect(Math.max(...found) - Math.min(...found)).toBeLessThan(0.1);
    expect(Math.max(...found)).toBeCloseTo(RADIUS, 1);
  });

  it('is smaller in the dome, and none beyond the apex', () => {
    expect(Math.max(...radii(shortAxis(10)))).toBeLessThan(RADIUS * 0.6);
    expect(radii(shortAxis(7))).toEqual([]);
  });

  it('goes where the wall was found', () => {
    const distances = round.distances.map((distance, at) => (at % 72 < 18 ? distance + 6 : distance));
    expect(Math.max(...radii(shortAxis(35), { ...round, distances }))).toBeCloseTo(RADIUS + 6, 1);
  });

  it('is one line from base to base in a long axis', () => {
    const ends = cutBy(longAxis, knots(round, heart)).flat();
    const often = new Map<string, number>();
    for (const end of ends) {
      const place = end.map((value) => value.toFixed(3)).join();
      often.set(place, (often.get(place) ?? 0) + 1);
    }
    expect([...often.values()].filter((count) => count === 1).length).toBe(2);
    expect(Math.min(...ends.map(([, , k]) => k))).toBeCloseTo(8, 0);
  });

  it('leaves out what is too short to say where the wall is', () => {
    const net = knots(round, heart);
    const whole = cutBy(longAxis, net);
    expect(withoutScraps(whole, 2)).toEqual(whole);
    expect(
      withoutScraps(
        [
          [
            [10, 10, 10],
            [12, 10, 10],
          ],
          [
            [12, 10, 10],
            [12, 12, 10],
          ],
        ],
        2,
      ),
    ).toEqual([]);
    expect(
      withoutScraps(
        [
          [
            [10, 10, 10],
            [12, 10, 10],
          ],
          [
            [12, 10, 10],
            [12, 14, 10],
          ],
        ],
        2,
      ),
    ).toHaveLength(2);
  });
});
