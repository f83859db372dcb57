import { describe, expect, it } from 'vitest';
import { arrange, type LayoutDocument } from './layout';
import { paired } from './layouts.testing';
import { placesOf, projection, worldOf } from './points';
import type { Vector, Ventricle, Volume } from './slices';

const heart: Volume<Ventricle> = {
  dims: [80, 80, 64],
  spacing: 2,
  values: new Float32Array(80 * 80 * 64),
  ventricle: { apex_k: 8, base_k: 48, radius_mm: 26 },
};
const volumes = { '1 stress': heart, '1 rest': heart };
const still = arrange(paired(12, 2), volumes, {});

describe('a point of the patient', () => {
  it('comes back from every tile that it was taken from', () => {
    for (const tile of still.tiles) {
      const { u, v, off_mm } = projection(tile, worldOf(tile, 0.3, 0.8));
      expect([u, v, off_mm].map((number) => Math.round(number * 1e9) / 1e9)).toEqual([0.3, 0.8, 0]);
    }
  });

  it('lies in one slice of each strip that reaches it', () => {
    const within = placesOf(still, [30, 45, 20]).filter((place) => place.within);
    const strips = within.map(({ tile }) => `${tile.view} ${tile.state}`);
    expect(strips.sort()).toEqual([
      'HLA rest',
      'HLA stress',
      'SA rest',
      'SA stress',
      'VLA rest',
      'VLA stress',
    ]);
    for (const { tile, off_mm } of within) {
      expect(Math.abs(off_mm)).toBeLessThanOrEqual(still.sampling[tile.view] / 2);
    }
  });

  it('septal of the axis is left in the short axis, and at the apex on the right in the vertical long axis', () => {
    const septal: Vector = [39.5 - 13, 39.5, 8];
    const places = placesOf(still, septal);
    const short = places.find(({ tile }) => tile.view === 'SA');
    const long = places.find(({ tile }) => tile.view === 'VLA');
    expect(short?.u).toBeLessThan(0.5);
    expect(short?.v).toBeCloseTo(0.5);
    expect(long?.u).toBeGreaterThan(0.5);
  });

  it('beyond the last slice is in none', () => {
    const short = placesOf(still, [39.5, 39.5, 63]).filter(({ tile }) => tile.view === 'SA');
    expect(short.some(({ within }) => within)).toBe(false);
  });
});

describe('a nudge', () => {
  const nudged = arrange(paired(12, 2), volumes, {}, { rest: [4, -2, 6] });
  const tile = (name: 'stress' | 'rest', { tiles } = nudged) =>
    tiles.find(({ view, state, column }) => view === 'SA' && state === name && column === 5);

  it('moves the picture of its state only, along its axes', () => {
    expect(tile('stress')?.plane).toEqual(tile('stress', still)?.plane);
    const [before, after] = [tile('rest', still)?.plane.centre, tile('rest')?.plane.centre];
    expect(after?.map((at, axis) => at - (before?.[axis] as number))).toEqual([-2, 1, -3]);
  });

  it('is undone for the common point: the same place of both tiles is the same point', () => {
    const [stress, rest] = [tile('stress'), tile('rest')];
    if (!stress || !rest) throw new Error('no tile');
    expect(worldOf(rest, 0.2, 0.7)).toEqual(worldOf(stress, 0.2, 0.7));
  });
});

describe('a brain', () => {
  const brain: Volume<null> = {
    dims: [96, 112, 80],
    spacing: 2,
    values: new Float32Array(96 * 112 * 80),
    ventricle: null,
  };
  const layout: LayoutDocument = {
    name: 'brain',
    columns: 12,
    rows: 3,
    strips: (['TRA', 'COR', 'SAG'] as const).map((view, row) => ({
      view,
      state: 'perfusion',
      set: 1,
      row,
      column: 0,
      count: 12,
      first: 0,
    })),
  };
  const { tiles } = arrange(layout, { '1 perfusion': brain }, {});
  const at = (view: string, point: Vector) => {
    const found = tiles.find((tile) => tile.view === view);
    if (!found) throw new Error('no tile');
    return projection(found, point);
  };

  it('has the right side of the patient on the left, the front up or left, the crown up', () => {
    const right: Vector = [20, 55.5, 39.5];
    const front: Vector = [47.5, 20, 39.5];
    const crown: Vector = [47.5, 55.5, 70];
    expect(at('TRA', right).u).toBeLessThan(0.5);
    expect(at('COR', right).u).toBeLessThan(0.5);
    expect(at('TRA', front).v).toBeLessThan(0.5);
    expect(at('SAG', front).u).toBeLessThan(0.5);
    expect(at('COR', crown).v).toBeLessThan(0.5);
    expect(at('SAG', crown).v).toBeLessThan(0.5);
  });

  it('goes from the neck up, from the front back, from right to left', () => {
    const first = (view: string, axis: 0 | 1 | 2) =>
      tiles.filter((tile) => tile.view === view).map(({ plane }) => plane.centre[axis]);
    for (const [view, axis] of [
      ['TRA', 2],
      ['COR', 1],
      ['SAG', 0],
    ] as const) {
      const centres = first(view, axis);
      expect(centres).toEqual([...centres].sort((a, b) => a - b));
      expect(new Set(centres).size).toBe(12);
    }
  });
});
