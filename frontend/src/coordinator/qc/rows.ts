/** Which slices the quality check shows of an organ, row by row, and what lies at the sides of each. */
import type { HeartView, ViewName } from '../../reader/picture/slices';
import type { Organ } from '../images';

export const COLUMNS = 8;

export interface Row {
  view: ViewName;
  /** Number of its first slice in its view. */
  first: number;
}

export const ROWS: Readonly<Record<Organ, readonly Row[]>> = {
  heart: [
    { view: 'SA', first: 0 },
    { view: 'SA', first: COLUMNS },
    { view: 'VLA', first: 0 },
    { view: 'HLA', first: 0 },
  ],
  brain: [
    { view: 'TRA', first: 0 },
    { view: 'TRA', first: COLUMNS },
    { view: 'COR', first: 0 },
    { view: 'SAG', first: 0 },
  ],
};

export function isOfHeart(view: ViewName): view is HeartView {
  return ROWS.heart.some((row) => row.view === view);
}

/** How many slices each view of these rows has. */
export function countsOf(rows: readonly Row[]): Partial<Record<ViewName, number>> {
  const counts: Partial<Record<ViewName, number>> = {};
  for (const { view, first } of rows) counts[view] = Math.max(counts[view] ?? 0, first + COLUMNS);
  return counts;
}

/** Letters at top, right, bottom and left. A heart's: anterior, lateral, inferior, septal, apex, base; a brain's: the patient's. */
export const SIDES: Readonly<Record<ViewName, readonly [string, string, string, string]>> = {
  SA: ['A', 'L', 'I', 'S'],
  VLA: ['A', 'Ap', 'I', 'B'],
  HLA: ['Ap', 'L', 'B', 'S'],
  TRA: ['A', 'L', 'P', 'R'],
  COR: ['S', 'L', 'I', 'R'],
  SAG: ['S', 'P', 'I', 'A'],
};
