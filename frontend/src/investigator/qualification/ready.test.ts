import { describe, expect, it } from 'vitest';
import type { QualificationCase } from '../../shared/api/types';
import { readyCases } from './ready';

const REFERENCE = { version: 1, by: 'Ivo', at: '2026-11-22T00:00:00Z', reason: 'Consensus' };

function one(
  purpose: QualificationCase['purpose'],
  more: Partial<QualificationCase> = {},
): QualificationCase {
  const site = { id: 'a', code: 'A', name: 'Hospital A' };
  return { id: purpose, subject: 'A-0001', site, purpose, waiting_for: [], reference: REFERENCE, ...more };
}

describe('the cases that can qualify readers', () => {
  it('are complete and have reference scores', () => {
    const cases = [
      one('training'),
      one('test'),
      one('test'),
      one('test', { reference: null }),
      one('training', { waiting_for: ['PET stress: not received'] }),
      one('study'),
    ];
    expect(readyCases(cases)).toEqual({ training: 1, test: 2 });
  });
});
