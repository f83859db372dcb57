import { describe, expect, it } from 'vitest';
import { type Mark, marksOf, written, writtenP } from './estimates';
import { type Estimate, pooledOf, segmentsOf } from './result';
import { diverging, padded, ticks } from './scale';

const estimate = (
  value: number | null,
  interval: [number, number] | null,
  flags: string[] = [],
): Estimate => ({
  estimate: value,
  interval,
  interval_reason: null,
  reason: null,
  flags,
});

describe('an estimate', () => {
  it('is written with its interval', () => {
    expect(written('en', estimate(0.42, [0.21, 0.634]), 'signed', 2)).toBe('+0.42 (+0.21 to +0.63)');
    expect(written('ja', estimate(0.42, [0.21, 0.634]), 'plain', 2)).toBe('0.42 (0.21〜0.63)');
  });

  it('without an interval stands alone, and a missing one is a dash', () => {
    expect(written('en', estimate(0.9, null), 'plain', 2)).toBe('0.90');
    expect(written('en', estimate(null, null), 'plain', 2)).toBe('–');
  });

  it('carries a dagger where few abnormal patients, a double one where few patients stand behind it', () => {
    const marked = (...flags: string[]) => written('en', estimate(0.5, [0.2, 0.8], flags), 'plain', 1);
    expect(marked('few_abnormal')).toBe('0.5† (0.2 to 0.8)');
    expect(marked('few_cases')).toBe('0.5‡ (0.2 to 0.8)');
    expect(marked('few_cases', 'few_abnormal')).toBe('0.5†‡ (0.2 to 0.8)');
    expect(marked('degenerate')).toBe('0.5 (0.2 to 0.8)');
    expect(written('en', estimate(null, null, ['few_cases']), 'plain', 1)).toBe('–');
  });

  it('has its marks explained once under its table, and only those that are in it', () => {
    const marks = (...flags: string[][]): Mark[] =>
      marksOf([undefined, ...flags.map((these) => estimate(1, null, these))]);
    expect(marks()).toEqual([]);
    expect(marks(['few_cases'], ['few_cases', 'few_abnormal'])).toEqual(['few_abnormal', 'few_cases']);
    expect(marksOf([estimate(null, null, ['few_cases'])])).toEqual([]);
  });

  it('has p values as journals print them', () => {
    expect(writtenP('en', 0.0001)).toBe('<0.001');
    expect(writtenP('en', 0.0123)).toBe('0.012');
    expect(writtenP('en', null)).toBe('–');
  });
});

describe('rows of segments', () => {
  const rows = [17, 0, 2, 1].map((segment) => ({ arm: 'A', state: 'stress', segment }));

  it('come in order, the pooled row apart', () => {
    expect(segmentsOf(rows, 'A', 'stress').map((row) => row.segment)).toEqual([1, 2, 17]);
    expect(pooledOf(rows, 'A', 'stress')?.segment).toBe(0);
    expect(pooledOf(rows, 'B', 'stress')).toBeUndefined();
  });
});

describe('scales', () => {
  it('have round ticks that stay inside', () => {
    expect(ticks(-3.2, 7.9, 6)).toEqual([-2, 0, 2, 4, 6]);
    expect(ticks(0, 0.67, 4)).toEqual([0, 0.2, 0.4, 0.6]);
  });

  it('are never empty, even when all values are equal', () => {
    const [low, high] = padded([0, 0], 1);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  it('have their strongest colour at the limit and beyond', () => {
    expect(diverging(3, 1.5)).toBe(diverging(1.5, 1.5));
    expect(diverging(-1, 1.5)).toContain('--under');
    expect(diverging(1, 1.5)).toContain('--over');
  });
});
