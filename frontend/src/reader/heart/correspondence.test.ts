import { describe, expect, it } from 'vitest';
import { levelAt, mapRadius, traceOf } from './correspondence';

const ventricle = { apex_k: 8, base_k: 48, radius_mm: 26 };
const DIMS = [80, 80, 64];
const plane = (i: number, j: number, k: number) => ({
  centre: [i, j, k] as const,
  right: [1, 0, 0] as const,
  down: [0, 1, 0] as const,
});

describe('a short-axis slice', () => {
  it('belongs to a third of the ventricle, to the apex, or to none', () => {
    expect([47, 30, 15, 9, 5, 49].map((k) => levelAt(ventricle, 2, k))).toEqual([
      'basal',
      'mid',
      'apical',
      'apex',
      null,
      null,
    ]);
  });

  it('is a ring that grows from the apex to the base, and changes level where the segments do', () => {
    const radii = Array.from({ length: 41 }, (_, step) => mapRadius(ventricle, 2, 8 + step) ?? Number.NaN);
    expect(radii.every((radius, index) => index === 0 || radius > (radii[index - 1] as number))).toBe(true);
    for (const [index, radius] of radii.entries()) {
      const level = levelAt(ventricle, 2, 8 + index);
      const expected = radius < 0.25 ? 'apex' : radius < 0.5 ? 'apical' : radius < 0.75 ? 'mid' : 'basal';
      if (Math.abs((radius * 4) % 1) > 0.02) expect(level).toBe(expected);
    }
  });
});

describe('a long-axis slice', () => {
  it('runs on the septal side of the map when it is cut on the septal side', () => {
    const trace = traceOf('VLA', plane(32, 39.5, 28), DIMS, 2, ventricle);
    expect(trace?.kind).toBe('courses');
    if (trace?.kind === 'courses') expect(trace.lines.flat().every(([x]) => x < 0)).toBe(true);
  });

  it('runs in the upper half when it is cut on the anterior side', () => {
    const trace = traceOf('HLA', plane(39.5, 32, 28), DIMS, 2, ventricle);
    if (trace?.kind !== 'courses') throw new Error('no courses');
    expect(trace.lines.flat().every(([, y]) => y < 0)).toBe(true);
  });

  it('that misses the ventricle leaves no trace', () => {
    expect(traceOf('VLA', plane(5, 39.5, 28), DIMS, 2, ventricle)).toBeNull();
  });
});
