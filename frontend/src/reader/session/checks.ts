/** Sums of a read. */
import type { Display, Form } from '../api';
import { sideOf } from '../heart/regions';
import type { StateName } from '../heart/segments';
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
export function atLeast(marks: readonly Mark[]): number {
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

export type SumsDisplay = Pick<Display, 'show_sums' | 'sums_when_complete'>;

/** What a sum says may be seen: at once, only after everything is scored (a sum that grows may lead the scores), or never. */
export function sumsShown(form: Form, draft: Draft, { show_sums, sums_when_complete }: SumsDisplay): boolean {
  const { done, total: all } = scored(form, draft);
  return show_sums && (!sums_when_complete || done === all);
}
