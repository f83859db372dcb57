/** What a reader may want to look at again. */
import type { Form } from '../api';
import { pairs } from '../heart/regions';
import { neighbours, SEGMENTS, type StateName } from '../heart/segments';
import { type Draft, type Mark, markOf, marksOf } from '../ledger/events';
import { atLeast, type SumsDisplay, segmentDifference, sideDifference, sumsShown } from './checks';

export type Warning =
  | { kind: 'restAboveStress'; segments: number[] }
  | { kind: 'lonelyAbsent'; state: StateName; segments: number[] }
  | { kind: 'lonelyApex'; state: StateName }
  | { kind: 'fixedInferior'; segments: number[] }
  | { kind: 'asymmetryAgainstScores'; regions: string[] }
  | { kind: 'normalScoresAbnormalRead' }
  | { kind: 'abnormalScoresNormalRead' }
  | { kind: 'abnormalRegionsNormalRead' };

/** Where the diaphragm attenuates. */
const INFERIOR = [4, 10, 15];
const MILD = [1, 2];

/** Rules of practice. They ask, they never block, and they tell no sum that the study hides. */
export function warnings(form: Form, draft: Draft, display: SumsDisplay): Warning[] {
  const heart = form.regions.length === 0;
  const found = [
    ...(heart ? heartWarnings(form, draft) : brainWarnings(form, draft)),
    ...overallWarnings(form, draft),
  ];
  return sumsShown(form, draft, display) ? found : found.filter(({ kind }) => !OF_SUMS.has(kind));
}

const OF_SUMS: ReadonlySet<Warning['kind']> = new Set([
  'abnormalScoresNormalRead',
  'abnormalRegionsNormalRead',
]);

function heartWarnings({ states }: Form, draft: Draft): Warning[] {
  const found: Warning[] = [];
  const above = SEGMENTS.filter((segment) => (segmentDifference(draft, segment) ?? 0) < 0);
  if (above.length > 0) found.push({ kind: 'restAboveStress', segments: above });
  for (const state of states) {
    const marks = marksOf(draft, state);
    const lonely = SEGMENTS.filter(
      (segment) => marks[segment - 1] === 4 && neighbours(segment).every(normal(marks)),
    );
    if (lonely.length > 0) found.push({ kind: 'lonelyAbsent', state, segments: lonely });
    const apex = marks[16];
    if (typeof apex === 'number' && apex > 0 && [13, 14, 15, 16].every(normal(marks))) {
      found.push({ kind: 'lonelyApex', state });
    }
  }
  const fixed = INFERIOR.filter(
    (segment) =>
      MILD.includes(Number(markOf(draft, 'stress', segment))) && segmentDifference(draft, segment) === 0,
  );
  // Once the reader has said which of the two it is, it is not asked any more.
  if (fixed.length > 0 && draft.fields.inferior === undefined) {
    found.push({ kind: 'fixedInferior', segments: fixed });
  }
  return found;
}

/** An answer about the two sides that is the opposite of their scores: the side with less uptake has the higher score. */
function brainWarnings({ states, regions }: Form, draft: Draft): Warning[] {
  const against = pairs(regions).filter((pair) => {
    const said = draft.fields[`asymmetry_${pair.name}`];
    return states.some((state) => {
      const more = sideDifference(draft, state, pair) ?? 0;
      if (said === 'left_lower') return more < 0;
      if (said === 'right_lower') return more > 0;
      return said === 'none' && Math.abs(more) >= 2;
    });
  });
  return against.length > 0
    ? [{ kind: 'asymmetryAgainstScores', regions: against.map(({ name }) => name) }]
    : [];
}

function overallWarnings(form: Form, draft: Draft): Warning[] {
  const marks = form.states.flatMap((state) => marksOf(draft, state));
  const overall = String(draft.fields.overall ?? '');
  if (overall.endsWith('_abnormal') && marks.every((mark) => mark === 0)) {
    return [{ kind: 'normalScoresAbnormalRead' }];
  }
  if (!overall.endsWith('_normal')) return [];
  // A summed stress score below 4 is normal; one that is 4 already is not, even with segments that are not evaluable.
  if (form.regions.length === 0) {
    return atLeast(marksOf(draft, 'stress')) >= 4 ? [{ kind: 'abnormalScoresNormalRead' }] : [];
  }
  return atLeast(marks) >= 4 ? [{ kind: 'abnormalRegionsNormalRead' }] : [];
}

function normal(marks: readonly Mark[]): (segment: number) => boolean {
  return (segment) => marks[segment - 1] === 0;
}
