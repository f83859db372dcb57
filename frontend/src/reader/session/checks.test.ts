import { describe, expect, it } from 'vitest';
import type { Draft } from '../ledger/events';
import { BRAIN, drafted, EMPTY_HEART, HEART } from '../ledger/forms.testing';
import { type SumsDisplay, segmentDifference, sums } from './checks';
import vectors from './sums.vectors.json';
import { warnings as warningsOf } from './warnings';

const SHOWN = { show_sums: true, sums_when_complete: false };
const warnings = (form: typeof HEART, given: ReturnType<typeof drafted>, display: SumsDisplay = SHOWN) =>
  warningsOf(form, given, display);

type Marks = Parameters<typeof drafted>[1][string];
const draft = (stress: Marks, rest: Marks, fields = {}) => drafted(HEART, { stress, rest }, fields);
const values = (form: typeof HEART, given: ReturnType<typeof drafted>) =>
  Object.fromEntries(sums(form, given).items.map(({ name, value }) => [name, value]));

describe('sums of the heart', () => {
  // The server's test of the report, its tables and what other systems get reads the same cases.
  it.each(vectors)('are those of the study: $about', ({ stress, rest, sums: told }) => {
    const read = { scores: { stress, rest } as Draft['scores'], fields: {} };
    expect(values(HEART, read)).toEqual(told);
    expect(sums(HEART, read).notEvaluable).toBe([...stress, ...rest].filter((mark) => mark === 'NE').length);
  });

  it('wait for every score that belongs to them', () => {
    expect(values(HEART, draft({ 1: 2 }, { 4: null }))).toEqual({ SSS: 2, SRS: null, SDS: null });
  });

  it('of one segment: the difference needs both states', () => {
    const read = draft({ 2: 'NE', 5: 2 }, { 2: 4, 5: 3 });
    expect([segmentDifference(read, 2), segmentDifference(read, 5)]).toEqual([null, -1]);
  });
});

describe('sums of the brain', () => {
  it('are of each side, of both, and of left minus right', () => {
    const read = drafted(BRAIN, { perfusion: { 1: 3, 2: 1, 3: 2, 6: 4, 10: 2 } });
    expect(values(BRAIN, read)).toEqual({ left: 5, right: 7, total: 12, asymmetry: -2 });
  });

  it('are not there where a region of theirs is not evaluable', () => {
    const read = drafted(BRAIN, { perfusion: { 1: 3, 2: 1, 9: 'NE' } });
    expect(values(BRAIN, read)).toEqual({ left: null, right: 1, total: null, asymmetry: null });
    expect(sums(BRAIN, read).notEvaluable).toBe(1);
  });
});

describe('warnings', () => {
  it('are silent about an ordinary read', () => {
    const ischaemia = draft(
      { 7: 3, 8: 2, 13: 3, 14: 2, 17: 2 },
      { 7: 1 },
      { overall: 'definitely_abnormal' },
    );
    expect(warnings(HEART, ischaemia)).toEqual([]);
    expect(warnings(HEART, EMPTY_HEART)).toEqual([]);
  });

  it('ask about rest above stress', () => {
    expect(warnings(HEART, draft({ 4: 1, 10: 2 }, { 4: 2, 10: 4 }))).toContainEqual({
      kind: 'restAboveStress',
      segments: [4, 10],
    });
  });

  it('ask about a single absent segment and about an apex alone', () => {
    const kinds = warnings(HEART, draft({ 11: 4, 17: 2 }, {})).map(({ kind }) => kind);
    expect(kinds).toEqual(['lonelyAbsent', 'lonelyApex']);
    expect(warnings(HEART, draft({ 11: 4, 10: 2 }, {})).map(({ kind }) => kind)).toEqual([]);
  });

  it('ask when scores and overall answer contradict each other', () => {
    expect(warnings(HEART, draft({}, {}, { overall: 'probably_abnormal' }))).toEqual([
      { kind: 'normalScoresAbnormalRead' },
    ]);
    expect(warnings(HEART, draft({ 1: 2, 2: 2 }, {}, { overall: 'definitely_normal' }))).toEqual([
      { kind: 'abnormalScoresNormalRead' },
    ]);
    expect(warnings(HEART, draft({}, {}, { overall: 'definitely_normal' }))).toEqual([]);
  });

  it('tell no sum that the study hides, or hides until everything is scored', () => {
    const never = { show_sums: false, sums_when_complete: false };
    const later = { show_sums: true, sums_when_complete: true };
    const fields = { overall: 'probably_normal' };
    const [whole, part] = [draft({ 1: 4 }, { 1: 4 }, fields), draft({ 1: 4 }, { 1: 4, 2: null }, fields)];
    const brain = drafted(BRAIN, { perfusion: { 1: 4 } }, fields);
    const of = (...given: Parameters<typeof warnings>) => warnings(...given).map(({ kind }) => kind);
    expect(of(HEART, whole, never)).toEqual(['lonelyAbsent', 'lonelyAbsent']);
    expect(of(HEART, part, later)).not.toContain('abnormalScoresNormalRead');
    expect(of(HEART, whole, later)).toContain('abnormalScoresNormalRead');
    expect(of(BRAIN, brain, never)).toEqual([]);
    expect(of(BRAIN, brain, later)).toEqual(['abnormalRegionsNormalRead']);
  });

  it('ask about a mild inferior reduction that does not change, until the reader has said what it is', () => {
    const fixed = draft({ 4: 1, 10: 2, 15: 3 }, { 4: 1, 10: 2, 15: 3 });
    expect(warnings(HEART, fixed)).toEqual([{ kind: 'fixedInferior', segments: [4, 10] }]);
    const said = { ...fixed, fields: { inferior: 'attenuation' } };
    expect(warnings(HEART, said)).toEqual([]);
    expect(warnings(HEART, draft({ 10: 2 }, { 10: 1 }))).toEqual([]);
  });
});

describe('warnings of the brain', () => {
  const brain = (marks: Marks, fields = {}) => warnings(BRAIN, drafted(BRAIN, { perfusion: marks }, fields));

  it('ask when an answer about the two sides is the opposite of their scores', () => {
    expect(brain({ 1: 3, 2: 1 }, { asymmetry_frontal: 'left_lower' })).toEqual([]);
    expect(brain({ 1: 2 }, { asymmetry_frontal: 'right_lower' })).toEqual([
      { kind: 'asymmetryAgainstScores', regions: ['frontal'] },
    ]);
    expect(brain({ 11: 2, 12: 1 }, { asymmetry_cerebellum: 'none' })).toEqual([]);
    expect(brain({ 11: 3, 12: 1 }, { asymmetry_cerebellum: 'none' })).toHaveLength(1);
  });

  it('ask when the regions and the overall answer contradict each other, and nothing of the heart', () => {
    expect(brain({ 4: 4 }, { overall: 'probably_normal' })).toEqual([{ kind: 'abnormalRegionsNormalRead' }]);
    expect(brain({}, { overall: 'definitely_abnormal' })).toEqual([{ kind: 'normalScoresAbnormalRead' }]);
  });
});
