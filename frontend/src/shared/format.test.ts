import { describe, expect, it } from 'vitest';
import { bySubject, formatBytes, formatNumber, formatSigned, formatTime } from './format';

describe('numbers', () => {
  it('that are missing are a dash, not a zero', () => {
    expect(formatNumber('en', null)).toBe('–');
    expect(formatSigned('en', Number.NaN)).toBe('–');
  });

  it('that are differences carry their sign, but a rounded zero has none', () => {
    expect(formatSigned('en', 0.42, 1)).toBe('+0.4');
    expect(formatSigned('en', -1.25, 2)).toBe('−1.25');
    expect(formatSigned('en', -0.04, 1)).toBe('0.0');
  });

  it('of bytes are short', () => {
    expect(formatBytes('en', 0)).toBe('0 byte');
    expect(formatBytes('en', 819_200)).toBe('819 kB');
    expect(formatBytes('en', 3_300_000)).toBe('3.3 MB');
  });
});

describe('a time', () => {
  it('says its zone', () => {
    expect(formatTime('en', '2026-11-21T06:00:00Z')).toMatch(/2026.*(UTC|GMT|[A-Z]{3,4})/);
  });
});

describe('subjects', () => {
  it('are in the order of their numbers', () => {
    const subjects = ['A-0010', 'B-0001', 'A-0009'].map((subject) => ({ subject }));
    expect(subjects.toSorted(bySubject).map(({ subject }) => subject)).toEqual([
      'A-0009',
      'A-0010',
      'B-0001',
    ]);
  });
});
