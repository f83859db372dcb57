import { describe, expect, it } from 'vitest';
import type { FormField } from '../api';
import { type Draft, EMPTY_DRAFT, type Mark } from '../ledger/events';
import { missing, scored, segmentDifference, sums, warnings } from './checks';

const FIELDS: FormField[] = [
  { name: 'quality', kind: 'choice', values: [1, 2, 3], required: true },
  { name: 'comment', kind: 'text', values: [], required: false },
];

function draft(
  stress: Record<number, Mark>,
  rest: Record<number, Mark>,
  fields: Draft['fields'] = {},
): Draft {
  const marks = (given: Record<number, Mark>) =>
    Array.from({ length: 17 }, (_, index) => given[index + 1] ?? 0);
  return { scores: { stress: marks(stress), rest: marks(rest) }, fields };
}

describe('what is missing', () => {
  it('is every blank segment, then every required field, in reading order', () => {
    expect(missing(EMPTY_DRAFT, FIELDS).length).toBe(35);
    const nearly = {
      ...draft({}, {}),
      scores: { ...draft({}, {}).scores, rest: Array(17).fill(0).with(4, null) },
    };
    expect(missing(nearly, FIELDS)).toEqual([
      { kind: 'segment', state: 'rest', segment: 5 },
      { kind: 'field', name: 'quality' },
    ]);
  });

  it('is not a segment that is not evaluable, nor an optional field', () => {
    expect(missing(draft({ 3: 'NE' }, {}, { quality: 1 }), FIELDS)).toEqual([]);
    expect(scored(draft({ 3: 'NE' }, {}))).toBe(34);
  });
});

describe('sums', () => {
  it('add scores, and differences only where both are scored', () => {
    const read = draft({ 1: 3, 2: 'NE', 5: 2 }, { 1: 1, 2: 4, 5: 3 });
    expect(sums(read)).toEqual({ stress: 5, rest: 8, difference: 1, notEvaluable: 1 });
    expect(segmentDifference(read, 2)).toBeNull();
    expect(sums(EMPTY_DRAFT)).toEqual({ stress: 0, rest: 0, difference: 0, notEvaluable: 0 });
  });
});

describe('warnings', () => {
  it('are silent about an ordinary read', () => {
    const ischaemia = draft(
      { 7: 3, 8: 2, 13: 3, 14: 2, 17: 2 },
      { 7: 1 },
      { overall: 'definitely_abnormal' },
    );
    expect(warnings(ischaemia)).toEqual([]);
    expect(warnings(EMPTY_DRAFT)).toEqual([]);
  });

  it('ask about rest above stress', () => {
    expect(warnings(draft({ 4: 1, 10: 2 }, { 4: 2, 10: 4 }))).toContainEqual({
      kind: 'restAboveStress',
      segments: [4, 10],
    });
  });

  it('ask about a single absent segment and about an apex alone', () => {
    const kinds = warnings(draft({ 11: 4, 17: 2 }, {})).map(({ kind }) => kind);
    expect(kinds).toEqual(['lonelyAbsent', 'lonelyApex']);
    expect(warnings(draft({ 11: 4, 10: 2 }, {})).map(({ kind }) => kind)).toEqual([]);
  });

  it('ask when scores and overall answer contradict each other', () => {
    expect(warnings(draft({}, {}, { overall: 'probably_abnormal' }))).toEqual([
      { kind: 'normalScoresAbnormalRead' },
    ]);
    expect(warnings(draft({ 1: 2, 2: 2 }, {}, { overall: 'definitely_normal' }))).toEqual([
      { kind: 'abnormalScoresNormalRead' },
    ]);
    expect(warnings(draft({}, {}, { overall: 'definitely_normal' }))).toEqual([]);
  });
});
