/** What is missing before a read can be signed, and what a reader may want to look at again. */
import type { FormField } from '../api';
import { neighbours, SEGMENTS, STATES, type StateName } from '../heart/segments';
import type { Draft, Mark } from '../ledger/events';

export type Place = { kind: 'segment'; state: StateName; segment: number } | { kind: 'field'; name: string };

/** In the order in which a reader fills them: stress, rest, then the form. */
export function missing(draft: Draft, fields: readonly FormField[]): Place[] {
  const segments = STATES.flatMap((state) =>
    SEGMENTS.filter((segment) => draft.scores[state][segment - 1] === null).map(
      (segment): Place => ({ kind: 'segment', state, segment }),
    ),
  );
  const open = fields.filter(({ name, required }) => required && draft.fields[name] === undefined);
  return [...segments, ...open.map(({ name }): Place => ({ kind: 'field', name }))];
}

export function scored(draft: Draft): number {
  return STATES.reduce((sum, state) => sum + draft.scores[state].filter((mark) => mark !== null).length, 0);
}

export interface Sums {
  stress: number;
  rest: number;
  /** Signed: the sum of stress minus rest over segments that are scored in both. */
  difference: number;
  notEvaluable: number;
}

export function sums(draft: Draft): Sums {
  const total = (state: StateName) =>
    draft.scores[state].reduce<number>((sum, mark) => sum + (typeof mark === 'number' ? mark : 0), 0);
  const difference = SEGMENTS.reduce((sum, segment) => sum + (segmentDifference(draft, segment) ?? 0), 0);
  const notEvaluable = STATES.reduce(
    (sum, state) => sum + draft.scores[state].filter((mark) => mark === 'NE').length,
    0,
  );
  return { stress: total('stress'), rest: total('rest'), difference, notEvaluable };
}

export function segmentDifference(draft: Draft, segment: number): number | null {
  const stress = draft.scores.stress[segment - 1];
  const rest = draft.scores.rest[segment - 1];
  return typeof stress === 'number' && typeof rest === 'number' ? stress - rest : null;
}

export type Warning =
  | { kind: 'restAboveStress'; segments: number[] }
  | { kind: 'lonelyAbsent'; state: StateName; segments: number[] }
  | { kind: 'lonelyApex'; state: StateName }
  | { kind: 'normalScoresAbnormalRead' }
  | { kind: 'abnormalScoresNormalRead' };

/** Rules of nuclear-cardiology practice. They ask, they never block. */
export function warnings(draft: Draft): Warning[] {
  const found: Warning[] = [];
  const above = SEGMENTS.filter((segment) => (segmentDifference(draft, segment) ?? 0) < 0);
  if (above.length > 0) found.push({ kind: 'restAboveStress', segments: above });
  for (const state of STATES) {
    const marks = draft.scores[state];
    const lonely = SEGMENTS.filter(
      (segment) => marks[segment - 1] === 4 && neighbours(segment).every(normal(marks)),
    );
    if (lonely.length > 0) found.push({ kind: 'lonelyAbsent', state, segments: lonely });
    const apex = marks[16];
    if (typeof apex === 'number' && apex > 0 && [13, 14, 15, 16].every(normal(marks))) {
      found.push({ kind: 'lonelyApex', state });
    }
  }
  const marks = STATES.flatMap((state) => draft.scores[state]);
  const overall = String(draft.fields.overall ?? '');
  if (overall.endsWith('_abnormal') && marks.every((mark) => mark === 0)) {
    found.push({ kind: 'normalScoresAbnormalRead' });
  }
  if (overall.endsWith('_normal') && !overall.endsWith('abnormal') && sums(draft).stress >= 4) {
    found.push({ kind: 'abnormalScoresNormalRead' });
  }
  return found;
}

function normal(marks: readonly Mark[]): (segment: number) => boolean {
  return (segment) => marks[segment - 1] === 0;
}
