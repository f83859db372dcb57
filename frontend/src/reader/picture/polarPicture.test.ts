import { describe, expect, it } from 'vitest';
import { difference, disc, mapValue, type PolarMap } from './polarPicture';

const SIDE = 101;

function map(value: (ring: number, angle: number) => number): PolarMap {
  const values = Float32Array.from({ length: 24 * 72 }, (_, at) => value(Math.floor(at / 72), at % 72));
  return { rings: 24, angles: 72, values };
}

/** A value of the disc, x to the right and y down from its centre, in radii. */
function at(values: Float32Array, x: number, y: number): number {
  const pixel = (n: number) => Math.round(((n + 1) / 2) * SIDE - 0.5);
  return values[pixel(y) * SIDE + pixel(x)] as number;
}

describe('the disc', () => {
  it('has anterior at 12 o’clock, the septum left, inferior below, lateral right', () => {
    const walls = map((_, angle) => Math.floor(((angle + 9) % 72) / 18));
    const values = disc(walls, SIDE);
    expect([at(values, 0, -0.8), at(values, -0.8, 0), at(values, 0, 0.8), at(values, 0.8, 0)]).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it('has the apex in the middle and the base at the rim', () => {
    const values = disc(
      map((ring) => ring),
      SIDE,
    );
    expect(at(values, 0, 0)).toBeLessThan(0.5);
    expect(at(values, 0.97, 0)).toBeGreaterThan(22.5);
    expect(at(values, 0.9, 0.9)).toBeNaN();
  });

  it('has no seam at 12 o’clock', () => {
    const smooth = map((_, angle) => Math.cos(((angle + 0.5) / 72) * 2 * Math.PI));
    const [left, right] = [mapValue(smooth, 0.8, 0.01), mapValue(smooth, 0.8, -0.01)];
    expect(left).toBeCloseTo(right, 3);
    expect(left).toBeCloseTo(1, 2);
  });

  it('returns the samples themselves at their places', () => {
    const samples = map((ring, angle) => ring * 100 + angle);
    expect(mapValue(samples, 10.5 / 24, (20.5 / 72) * 2 * Math.PI)).toBeCloseTo(1020);
  });
});

describe('the difference', () => {
  it('is positive where rest takes up more than stress', () => {
    expect(
      difference(
        map(() => 0.5),
        map(() => 0.8),
      ).values[0],
    ).toBeCloseTo(0.3);
  });
});
