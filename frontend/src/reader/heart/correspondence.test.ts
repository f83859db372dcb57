import { describe, expect, it } from 'vitest';
import type { Vector } from '../picture/slices';
import { levelAt, mapPoint, mapRadius, segmentBrackets, traceOf } from './correspondence';
import { segmentAt } from './segments';

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

const heart = { dims: DIMS, spacing: 2, ventricle };
const MIDDLE = plane(39.5, 39.5, 28);
const cutBy = (view: 'VLA' | 'HLA', at = MIDDLE) =>
  Array.from({ length: 17 }, (_, index) => index + 1).filter(
    (segment) => segmentBrackets(view, at, heart, segment).length > 0,
  );

describe('a segment in the long-axis slices', () => {
  it('is bracketed where the slice through the middle cuts it', () => {
    expect(cutBy('VLA')).toEqual([1, 4, 7, 10, 13, 15, 17]);
    // Right and left of the axis two segments of the basal and the mid ring meet; the slice runs along their border.
    expect(cutBy('HLA').filter((segment) => segment > 12)).toEqual([14, 16, 17]);
    expect(cutBy('HLA', plane(39.5, 34, 28))).toEqual([2, 6, 8, 12, 14, 16, 17]);
    expect(cutBy('HLA', plane(39.5, 45, 28))).toEqual([3, 5, 9, 11, 14, 16, 17]);
  });

  it('has its bracket outside the wall, on its own side', () => {
    const side = (segment: number) => segmentBrackets('VLA', MIDDLE, heart, segment)[0]?.[3]?.[1] ?? 39.5;
    expect(39.5 - side(7)).toBeGreaterThan(ventricle.radius_mm / 2);
    expect(side(10) - 39.5).toBeGreaterThan(ventricle.radius_mm / 2);
  });

  it('is not there in a slice that misses the muscle', () => {
    expect(cutBy('VLA', plane(5, 39.5, 28))).toEqual([]);
  });
});

describe('a point of the heart', () => {
  it('lies on the map in its own segment', () => {
    const at = (x: number, y: number, height: number): Vector => [39.5 + x / 2, 39.5 + y / 2, 8 + height / 2];
    const segment = (point: Vector) => segmentAt(...(mapPoint(point, heart) ?? [9, 9]));
    expect(segment(at(0, -26, 70))).toBe(1);
    expect(segment(at(0, 26, 40))).toBe(10);
    expect(segment(at(-26, 0, 15))).toBe(14);
    expect(segment(at(1, 0, 1))).toBe(17);
  });

  it('beyond the base lies nowhere', () => {
    expect(mapPoint([39.5, 30, 60], heart)).toBeNull();
  });
});
