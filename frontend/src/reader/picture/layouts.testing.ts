import type { LayoutDocument, Strip } from './layout';
import type { ViewName } from './slices';

/** Stress above rest, paired by anatomy: `pairs` of short-axis rows, then the long axes. */
export function paired(columns: number, pairs: number): LayoutDocument {
  const views: [ViewName, number][] = [
    ...Array.from({ length: pairs }, (_, index): [ViewName, number] => ['SA', index * columns]),
    ['VLA', 0],
    ['HLA', 0],
  ];
  const strips = views.flatMap(([view, first], pair) =>
    ['stress', 'rest'].map((state, at): Strip => {
      return { view, state, set: 1, row: 2 * pair + at, column: 0, count: columns, first };
    }),
  );
  return { name: `${2 * views.length}x${columns}`, columns, rows: 2 * views.length, strips };
}
