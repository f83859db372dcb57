/** Sums of a read, and what a reader may want to look at again. */
import type { Display, Form } from '../api';
import { pairs, sideOf } from '../heart/regions';
import { neighbours, SEGMENTS, type StateName } from '../heart/segments';
import { type Draft, type Mark, markOf, marksOf } from '../ledger/events';
import { scored } from './form';

export type SumName = 'SSS' | 'SRS' | 'SDS' | 'left' | 'right' | 'total' | 'asymmetry';

export interface Sum {
  name: SumName;
  /**
   * Differences are signed. Null while a score that belongs to it is not there or not evaluable: nothing is put in its place, and
   * a part of a sum would look like the whole. The report and all that is exported follow the same rule (sums.vectors.json).
   */
  value: number | null;
}

export interface Sums {
  items: readonly Sum[];
  notEvaluable: number;
}

/** Heart: SSS, SRS and SDS (stress minus rest). Brain: left, right, both, and left minus right. */
export function sums(form: Form, draft: Draft): Sums {
  const marks = form.states.flatMap((state) => marksOf(draft, state));
  return {
    items: form.regions.length > 0 ? brainSums(form, draft) : heartSums(draft),
    notEvaluable: marks.filter((mark) => mark === 'NE').length,
  };
}

function total(marks: readonly Mark[]): number | null {
  return marks.length > 0 && marks.every((mark) => typeof mark === 'number') ? atLeast(marks) : null;
}

/** What a total cannot be below, whatever the scores that are missing. */
function atLeast(marks: readonly Mark[]): number {
  return marks.reduce<number>((sum, mark) => sum + (typeof mark === 'number' ? mark : 0), 0);
}

function heartSums(draft: Draft): Sum[] {
  const [stress, rest] = [total(marksOf(draft, 'stress')), total(marksOf(draft, 'rest'))];
  return [
    { name: 'SSS', value: stress },
    { name: 'SRS', value: rest },
    { name: 'SDS', value: minus(stress, rest) },
  ];
}

function brainSums({ states, regions }: Form, draft: Draft): Sum[] {
  const of = (side: 'left' | 'right') =>
    states.flatMap((state) => marksOf(draft, state).filter((_, index) => sideOf(regions[index]) === side));
  const [left, right] = [of('left'), of('right')];
  return [
    { name: 'left', value: total(left) },
    { name: 'right', value: total(right) },
    { name: 'total', value: total([...left, ...right]) },
    { name: 'asymmetry', value: minus(total(left), total(right)) },
  ];
}

/** Stress minus rest; null unless both are scored. */
export function segmentDifference(draft: Draft, segment: number): number | null {
  return minus(markOf(draft, 'stress', segment), markOf(draft, 'rest', segment));
}

/** Left minus right of a pair of regions; null unless both are scored. */
export function sideDifference(
  draft: Draft,
  state: StateName,
  { left, right }: { left: number; right: number },
): number | null {
  return minus(markOf(draft, state, left), markOf(draft, state, right));
}

function minus(one: Mark, other: Mark): number | null {
  return typeof one === 'number' && typeof other === 'number' ? one - other : null;
}

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

export type SumsDisplay = Pick<Display, 'show_sums' | 'sums_when_complete'>;

/** What a sum says may be seen: at once, only after everything is scored (a sum that grows may lead the scores), or never. */
export function sumsShown(form: Form, draft: Draft, { show_sums, sums_when_complete }: SumsDisplay): boolean {
  const { done, total: all } = scored(form, draft);
  return show_sums && (!sums_when_complete || done === all);
}

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
