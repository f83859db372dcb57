import { describe, expect, it } from 'vitest';
import { resliced, valueAt, voxelAt } from './reslice';
import { type Plane, type Vector, type Volume, wholePlane } from './slices';

const SIDE = 37;

function uneven(dims: readonly [number, number, number]): Volume {
  const values = Float32Array.from(
    { length: dims[0] * dims[1] * dims[2] },
    (_, at) => ((at * 7919) % 1009) / 1009,
  );
  return { dims, spacing: 2, values, ventricle: null };
}

const deep = uneven([12, 9, 7]);

describe('a plane along the grid', () => {
  const planes: [name: string, plane: Plane][] = [
    ['short axis', { centre: [5.5, 4, 2.3], right: [11, 0, 0], down: [0, 9, 0] }],
    ['vertical long axis', { centre: [3.2, 4.1, 3], right: [0, 0, -14], down: [0, 14, 0] }],
    ['horizontal long axis', { centre: [5.5, 6.7, 3], right: [9.5, 0, 0], down: [0, 0, 9.5] }],
    ['coronal', { centre: [5.5, 2.5, 3], right: [13, 0, 0], down: [0, 0, -13] }],
    ['sagittal', { centre: [9.9, 4, 3], right: [0, 12, 0], down: [0, 0, -12] }],
    ['half a voxel beyond the last one', { centre: [5.5, 4, 6.4], right: [11, 0, 0], down: [0, 9, 0] }],
    ['beside the volume', { centre: [5.5, 4, 6.6], right: [11, 0, 0], down: [0, 9, 0] }],
  ];

  it.each(planes)('%s: as point by point, with and without interpolation', (_, plane) => {
    for (const [smooth, read] of [
      [true, valueAt],
      [false, voxelAt],
    ] as const) {
      const tile = resliced(deep, plane, SIDE, smooth);
      tile.forEach((value, at) => {
        const u = ((at % SIDE) + 0.5) / SIDE - 0.5;
        const v = (Math.floor(at / SIDE) + 0.5) / SIDE - 0.5;
        const [i, j, k] = plane.centre.map(
          (c, axis) => c + (plane.right[axis] as number) * u + (plane.down[axis] as number) * v,
        ) as unknown as Vector;
        expect(value).toBeCloseTo(read(deep, i, j, k), 5);
      });
    }
  });
});

it('without interpolation every value is one of the volume, or nothing', () => {
  const known = new Set([0, ...deep.values]);
  const tilted: Plane = { centre: [5.5, 4, 3], right: [9, 3, 1], down: [-2, 8, 3] };
  expect(resliced(deep, tilted, SIDE, false).every((value) => known.has(value))).toBe(true);
});

it('a projection, which has no depth, is shown whole', () => {
  const flat = uneven([8, 6, 1]);
  const tile = resliced(flat, wholePlane(flat), 8, false);
  // The square of 8: one empty row above and below the six of the picture.
  expect(tile.subarray(0, 8).every((value) => value === 0)).toBe(true);
  expect([...tile.subarray(8, 56)]).toEqual([...flat.values]);
});
