import { describe, expect, it } from 'vitest';
import { arrange, slicesOf, type Tile } from './layout';
import { paired } from './layouts.testing';
import { resliced, valueAt } from './reslice';
import {
  type HeartView,
  type Plane,
  planeOf,
  samplingOf,
  type Vector,
  type Ventricle,
  type Volume,
} from './slices';

const SIDE = 40;
const DEFAULT_LAYOUT = paired(12, 2);
const COUNTS = slicesOf(DEFAULT_LAYOUT);

/** A ventricle whose walls all differ: septum 0.9, lateral 0.3, anterior 0.7, inferior 0.5, apex 1. */
function phantom(base_k = 48, radius_mm = 26): Volume<Ventricle> {
  const [ni, nj, nk] = [80, 80, 64];
  const values = new Float32Array(ni * nj * nk);
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      for (let i = 0; i < ni; i++) {
        const [x, y, z] = [(i - 39.5) * 2, (j - 39.5) * 2, (k - 8) * 2];
        const middle = z < radius_mm ? Math.hypot(x, y, radius_mm - z) : Math.hypot(x, y);
        if (Math.abs(middle - radius_mm) > 5 || k > base_k) continue;
        const wall = Math.abs(x) > Math.abs(y) ? (x < 0 ? 0.9 : 0.3) : y < 0 ? 0.7 : 0.5;
        values[(k * nj + j) * ni + i] = z < 6 ? 1 : wall;
      }
    }
  }
  return { dims: [ni, nj, nk], spacing: 2, values, ventricle: { apex_k: 8, base_k, radius_mm } };
}

const heart = phantom();
const volumes = { '1 stress': heart, '1 rest': heart };
const sampling = samplingOf(volumes, COUNTS);

/** The brightest value on the way from the middle of a tile to each of its edges. */
function edges(plane: Plane) {
  const tile = resliced(heart, plane, SIDE);
  const brightest = { top: 0, right: 0, bottom: 0, left: 0 };
  tile.forEach((value, at) => {
    const x = (at % SIDE) - (SIDE - 1) / 2;
    const y = Math.floor(at / SIDE) - (SIDE - 1) / 2;
    if (Math.min(Math.abs(x), Math.abs(y)) > 3) return;
    const edge = Math.abs(x) > Math.abs(y) ? (x < 0 ? 'left' : 'right') : y < 0 ? 'top' : 'bottom';
    brightest[edge] = Math.max(brightest[edge], value);
  });
  return brightest;
}

function middle(view: HeartView): Plane {
  return planeOf(view, Math.floor(COUNTS[view] / 2), COUNTS[view], heart, sampling);
}

describe('orientation of an asymmetric heart', () => {
  it('short axis: septum left, lateral right, anterior up, inferior down', () => {
    const { top, right, bottom, left } = edges(middle('SA'));
    expect([left, top, bottom, right].map((value) => Number(value.toFixed(1)))).toEqual([0.9, 0.7, 0.5, 0.3]);
  });

  it('vertical long axis: apex right, anterior up, inferior down', () => {
    const { top, right, bottom, left } = edges(middle('VLA'));
    expect(right).toBeCloseTo(1);
    expect(left).toBe(0);
    expect([top, bottom].map((value) => Number(value.toFixed(1)))).toEqual([0.7, 0.5]);
  });

  it('horizontal long axis: apex up, septum left, lateral right', () => {
    const { top, right, bottom, left } = edges(middle('HLA'));
    expect(top).toBeCloseTo(1);
    expect(bottom).toBe(0);
    expect([left, right].map((value) => Number(value.toFixed(1)))).toEqual([0.9, 0.3]);
  });
});

describe('order of the slices', () => {
  const centres = (view: HeartView): Vector[] =>
    Array.from({ length: COUNTS[view] }, (_, n) => planeOf(view, n, COUNTS[view], heart, sampling).centre);
  const rises = (numbers: number[]) => numbers.every((n, at) => at === 0 || n > (numbers[at - 1] as number));

  it('short axis from the apex to the base, beyond both ends of the muscle', () => {
    const k = centres('SA').map((centre) => centre[2]);
    expect(rises(k)).toBe(true);
    expect(k[0]).toBeLessThan(heart.ventricle.apex_k - 2.5);
    expect(k.at(-1)).toBeGreaterThan(heart.ventricle.base_k + 1);
  });

  it('vertical long axis from septal to lateral, horizontal from inferior to anterior', () => {
    expect(rises(centres('VLA').map((centre) => centre[0]))).toBe(true);
    expect(rises(centres('HLA').map((centre) => -centre[1]))).toBe(true);
  });
});

describe('the grid', () => {
  const tile = (tiles: readonly Tile[], row: number, column: number) =>
    tiles.find((found) => found.row === row && found.column === column) as Tile;

  it('shows stress above rest, slice by slice at the same place', () => {
    const { tiles } = arrange(DEFAULT_LAYOUT, volumes, {});
    expect(tiles.length).toBe(96);
    for (const upper of tiles.filter(({ state }) => state === 'stress')) {
      const lower = tile(tiles, upper.row + 1, upper.column);
      expect([lower.state, lower.view, lower.plane]).toEqual(['rest', upper.view, upper.plane]);
    }
  });

  it('has one scale for both states, that of the larger ventricle', () => {
    const dilated = phantom(54, 32);
    const { tiles, sampling: joint } = arrange(DEFAULT_LAYOUT, { '1 stress': dilated, '1 rest': heart }, {});
    const spans = tiles.map(({ plane }) => Math.max(...plane.right.map(Math.abs)));
    expect(new Set(spans).size).toBe(1);
    expect(joint.SA).toBeGreaterThan(sampling.SA);
    const apex = (row: number) => tile(tiles, row, 0).plane.centre[2];
    expect(apex(0)).toBe(apex(1));
  });

  it('moves a view for both states, and rest alone against stress', () => {
    const shifts = { SA: { stress: 1, rest: 3 } };
    const still = arrange(DEFAULT_LAYOUT, volumes, {}).tiles;
    const moved = arrange(DEFAULT_LAYOUT, volumes, shifts).tiles;
    expect(tile(moved, 0, 0).plane).toEqual(tile(still, 0, 1).plane);
    expect(tile(moved, 1, 0).plane).toEqual(tile(still, 1, 3).plane);
    expect(tile(moved, 4, 0).plane).toEqual(tile(still, 4, 0).plane);
  });

  it.each([paired(12, 2), paired(10, 2), paired(16, 1)])('$name fills every place once', (layout) => {
    const { tiles } = arrange(layout, volumes, {});
    const places = new Set(tiles.map(({ row, column }) => `${row} ${column}`));
    expect(places.size).toBe(layout.columns * layout.rows);
  });
});

describe('sampling', () => {
  it('is trilinear between voxels and 0 outside the volume', () => {
    const ramp: Volume = {
      ...heart,
      dims: [3, 3, 3],
      values: Float32Array.from(
        { length: 27 },
        (_, at) => (at % 3) + 10 * (Math.floor(at / 3) % 3) + 100 * Math.floor(at / 9),
      ),
    };
    expect(valueAt(ramp, 0.5, 1.25, 1.75)).toBeCloseTo(0.5 + 12.5 + 175);
    expect(valueAt(ramp, 2, 2, 2)).toBe(222);
    expect(valueAt(ramp, -0.6, 1, 1)).toBe(0);
  });

  it('of a whole tile agrees with sampling point by point', () => {
    const plane: Plane = { centre: [39.5, 39.5, 26], right: [44, 6, -9], down: [5, 40, 22] };
    const tile = resliced(heart, plane, SIDE);
    for (let at = 0; at < tile.length; at += 7) {
      const u = ((at % SIDE) + 0.5) / SIDE - 0.5;
      const v = (Math.floor(at / SIDE) + 0.5) / SIDE - 0.5;
      const [i, j, k] = plane.centre.map(
        (c, axis) => c + (plane.right[axis] as number) * u + (plane.down[axis] as number) * v,
      ) as [number, number, number];
      expect(tile[at]).toBeCloseTo(valueAt(heart, i, j, k), 4);
    }
  });
});
