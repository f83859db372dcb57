/** Arrangements of tiles as data. A row shows one state and one view, from slice `first` on; slice 0 is at the apex end. */
import type { StateName } from '../heart/segments';
import { type Plane, planeOf, type Sampling, samplingOf, type ViewName, type Volume } from './slices';

export interface Row {
  view: ViewName;
  state: StateName;
  first: number;
}

export interface Layout {
  columns: number;
  rows: readonly Row[];
}

export interface Tile {
  row: number;
  column: number;
  view: ViewName;
  state: StateName;
  plane: Plane;
}

/** Slices by which a view was moved for both states, and rest against stress. */
export type Shifts = Readonly<Record<ViewName, { both: number; rest: number }>>;
export const NO_SHIFT: Shifts = {
  SA: { both: 0, rest: 0 },
  VLA: { both: 0, rest: 0 },
  HLA: { both: 0, rest: 0 },
};
export const FARTHEST_SHIFT = 12;

/** Stress above rest, paired by anatomy: `pairs` of short-axis rows, then the long axes. */
function paired(columns: number, pairs: number): Layout {
  const pair = (view: ViewName, first: number): Row[] => [
    { view, state: 'stress', first },
    { view, state: 'rest', first },
  ];
  const shortAxis = Array.from({ length: pairs }, (_, index) => pair('SA', index * columns)).flat();
  return { columns, rows: [...shortAxis, ...pair('VLA', 0), ...pair('HLA', 0)] };
}

export const LAYOUTS = { '8x12': paired(12, 2), '8x10': paired(10, 2), '6x16': paired(16, 1) } as const;
export const DEFAULT_LAYOUT: Layout = LAYOUTS['8x12'];

export function slicesOf(layout: Layout): Record<ViewName, number> {
  const count = (view: ViewName) =>
    layout.columns * layout.rows.filter((row) => row.view === view && row.state === 'stress').length;
  return { SA: count('SA'), VLA: count('VLA'), HLA: count('HLA') };
}

export interface Arrangement {
  layout: Layout;
  sampling: Sampling;
  tiles: readonly Tile[];
}

export function arrange(
  layout: Layout,
  volumes: Readonly<Record<StateName, Volume>>,
  shifts: Shifts,
): Arrangement {
  const counts = slicesOf(layout);
  const sampling = samplingOf(volumes, counts);
  const tiles = layout.rows.flatMap(({ view, state, first }, row) =>
    Array.from({ length: layout.columns }, (_, column): Tile => {
      const moved = shifts[view].both + (state === 'rest' ? shifts[view].rest : 0);
      const number = first + column + moved;
      const plane = planeOf(view, number, counts[view], volumes[state], sampling);
      return { row, column, view, state, plane };
    }),
  );
  return { layout, sampling, tiles };
}
