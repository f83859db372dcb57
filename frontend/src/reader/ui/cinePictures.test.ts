import { describe, expect, it } from 'vitest';
import type { Volume } from '../picture/slices';
import { cinePictures, volumesAt } from './cinePictures';

const frame = (mark: number, base_k = 48): Volume => ({
  dims: [80, 80, 64],
  spacing: 2,
  values: new Float32Array([mark]),
  ventricle: { apex_k: 8, base_k, radius_mm: 26 },
});
const frames = (count: number, base_k?: number) =>
  Array.from({ length: count }, (_, index) => frame(index, base_k));

describe('a gated sheet', () => {
  const sheet = cinePictures('gated', [
    { state: 'stress', frames: frames(16, 52) },
    { state: 'rest', frames: frames(8) },
  ]);

  it('has three short axes and both long axes, stress above rest', () => {
    expect([sheet.columns, sheet.rows, sheet.tiles.length]).toEqual([5, 2, 10]);
    expect(sheet.tiles.map(({ state, row }) => `${state} ${row}`).toSorted()).toEqual([
      ...Array(5).fill('rest 1'),
      ...Array(5).fill('stress 0'),
    ]);
    const [apical, mid, basal] = sheet.tiles.map(({ plane }) => plane.centre[2]);
    expect([apical, mid, basal]).toEqual([19, 30, 41]);
  });

  it('shows both states on one scale', () => {
    const spans = sheet.tiles.map(({ plane }) => Math.max(...plane.right.map(Math.abs)));
    expect(new Set(spans).size).toBe(1);
  });

  it('keeps the states in step when one has fewer frames', () => {
    expect(sheet.count).toBe(16);
    const shown = (moment: number) =>
      Object.values<Volume>(volumesAt(sheet, moment)).map(({ values }) => values[0]);
    expect([0, 1, 9, 15].map(shown)).toEqual([
      [0, 0],
      [1, 0],
      [9, 4],
      [15, 7],
    ]);
  });
});

describe('a sheet of projections', () => {
  it('has the states side by side, whole', () => {
    const flat = {
      dims: [64, 64, 1] as const,
      spacing: 6.4,
      values: new Float32Array(64 * 64),
      ventricle: null,
    };
    const sheet = cinePictures('projections', [
      { state: 'stress', frames: [flat, flat] },
      { state: 'rest', frames: [flat] },
    ]);
    expect([sheet.columns, sheet.rows]).toEqual([2, 1]);
    expect(sheet.tiles.map(({ plane }) => plane.right[0])).toEqual([64, 64]);
  });
});
