import { describe, expect, it } from 'vitest';
import { planeOf, samplingOf, type Ventricle, type Volume } from '../../reader/picture/slices';
import { linesOn, radiusAt } from './contour';

const volume: Volume<Ventricle> = {
  dims: [80, 80, 64],
  spacing: 2,
  values: new Float32Array(),
  ventricle: { apex_k: 8, base_k: 43, radius_mm: 24 },
};
const counts = { SA: 16, VLA: 8, HLA: 8 };
const sampling = samplingOf({ '1 image': volume }, counts);
const lines = (view: 'SA' | 'VLA' | 'HLA', number: number) =>
  linesOn(view, planeOf(view, number, counts[view], volume, sampling).centre, volume, sampling);

describe('the ventricle over the slices', () => {
  it('is half a sphere at the apex and a cylinder above it', () => {
    expect(radiusAt(0, 24, 70)).toBe(0);
    expect(radiusAt(24, 24, 70)).toBe(24);
    expect(radiusAt(12, 24, 70)).toBeCloseTo(Math.sqrt(24 ** 2 - 12 ** 2));
    expect(radiusAt(70, 24, 70)).toBe(24);
  });

  it('does not reach beyond apex and base', () => {
    expect(radiusAt(-1, 24, 70)).toBeNull();
    expect(radiusAt(71, 24, 70)).toBeNull();
    expect(lines('SA', 0).wall).toEqual([]);
  });

  it('has the same width on a short axis as on a long one', () => {
    const ring = lines('SA', 9).wall[0] ?? [];
    const width = Math.max(...ring.map(([x]) => x)) - Math.min(...ring.map(([x]) => x));
    const long = linesOn('HLA', [39.5, 39.5, 25.5], volume, sampling).wall[0] ?? [];
    const across = Math.max(...long.map(([x]) => x)) - Math.min(...long.map(([x]) => x));
    expect(width).toBeCloseTo(48 / sampling.field, 3);
    expect(across).toBeCloseTo(width, 3);
  });

  it('points its apex to the right on vertical and up on horizontal long axes', () => {
    const [apexVla] = linesOn('VLA', [39.5, 39.5, 25.5], volume, sampling).limits;
    const [apexHla] = linesOn('HLA', [39.5, 39.5, 25.5], volume, sampling).limits;
    expect(apexVla?.[0][0]).toBeGreaterThan(0.5);
    expect(apexHla?.[0][1]).toBeLessThan(0.5);
  });

  it('leaves slices beside the wall empty', () => {
    const beside = linesOn('VLA', [39.5 + 13, 39.5, 25.5], volume, sampling);
    expect(beside.wall).toEqual([]);
  });
});
