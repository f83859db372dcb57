import { describe, expect, it } from 'vitest';
import { breachAt, breachesBelow, type Clause, refusal } from './editing';

const CLAUSES: Clause[] = [
  { path: '', until: 'allocation', allowed: false, message: 'The reads are allocated from it.' },
  { path: 'conduct', until: 'lock', allowed: true, message: '' },
  { path: 'qualification.valid_days', until: 'lock', allowed: true, message: '' },
];

describe('what may no longer be changed', () => {
  it('is said by the longest beginning of its path', () => {
    expect(refusal(CLAUSES, 'conduct.daily_cap')).toBe('');
    expect(refusal(CLAUSES, 'qualification.valid_days')).toBe('');
    expect(refusal(CLAUSES, 'qualification.attempts')).toContain('allocated');
    expect(refusal(CLAUSES, 'arms')).toContain('allocated');
    expect(refusal([], 'arms')).toBe('');
  });
});

describe('a broken rule', () => {
  const breaches = [
    { place: 'endpoints.1.margin', message: 'needs a margin' },
    { place: 'sessions', message: 'too few' },
  ];

  it('is told at its field and counted in its section', () => {
    expect(breachAt(breaches, 'endpoints.1.margin')).toBe('needs a margin');
    expect(breachAt(breaches, 'endpoints.0.margin')).toBeNull();
    expect(breachesBelow(breaches, ['reference', 'endpoints'])).toHaveLength(1);
  });
});
