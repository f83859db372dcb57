/** Arrangements of tiles as data: the study says them, the painter draws them. Slice 0 of a view is at its first end. */
import type { StateName } from '../heart/segments';
import {
  type Plane,
  planeOf,
  type Sampling,
  samplingOf,
  type Vector,
  type ViewName,
  type Volume,
} from './slices';
import { type PictureKey, pictureKey } from './volume';

/** A run of tiles from left to right: `count` slices of one picture from slice `first` on. */
export interface Strip {
  view: ViewName;
  state: StateName;
  set: number;
  row: number;
  column: number;
  count: number;
  first: number;
}

export interface LayoutDocument {
  name: string;
  columns: number;
  rows: number;
  strips: readonly Strip[];
}

/** A place of the grid and what is cut there: all that a painter needs. */
export interface Placed {
  row: number;
  column: number;
  key: PictureKey;
  state: StateName;
  plane: Plane;
}

export interface Tile extends Placed {
  view: ViewName;
  set: number;
  /** Of the picture's voxels, in mm. */
  spacing: number;
  /** How far the picture was moved, in voxels; the plane has moved the other way. */
  moved: Vector;
}

/** Slices by which each view of a state was moved; what is not named was not. */
export type Shifts = Readonly<Record<string, Readonly<Record<StateName, number>>>>;
export const FARTHEST_SHIFT = 12;

export function shiftOf(shifts: Shifts, view: ViewName, state: StateName): number {
  return shifts[view]?.[state] ?? 0;
}

/** How far the pictures of a state were moved, in mm along the volume's axes; what is not named was not. */
export type Nudge = Readonly<Record<StateName, Vector>>;

export function slicesOf(layout: LayoutDocument): Record<ViewName, number> {
  const counts = { SA: 0, VLA: 0, HLA: 0, TRA: 0, COR: 0, SAG: 0 };
  for (const { view, first, count } of layout.strips) counts[view] = Math.max(counts[view], first + count);
  return counts;
}

/** The views of a layout, in the order of its rows. */
export function viewsOf(layout: LayoutDocument): ViewName[] {
  const rows = [...layout.strips].sort((one, other) => one.row - other.row);
  return [...new Set(rows.map(({ view }) => view))];
}

export interface Arrangement {
  layout: LayoutDocument;
  sampling: Sampling;
  tiles: readonly Tile[];
}

/** Strips of pictures that are not there stay empty. */
export function arrange(
  layout: LayoutDocument,
  volumes: Readonly<Record<PictureKey, Volume>>,
  shifts: Shifts,
  nudge: Nudge = {},
): Arrangement {
  const counts = slicesOf(layout);
  const sampling = samplingOf(volumes, counts);
  const tiles = layout.strips.flatMap(({ view, state, set, row, column, count, first }) => {
    const key = pictureKey(set, state);
    const volume = volumes[key];
    if (!volume) return [];
    const moved = voxels(nudge[state], volume.spacing);
    return Array.from({ length: count }, (_, at): Tile => {
      const number = first + at + shiftOf(shifts, view, state);
      const plane = back(planeOf(view, number, counts[view], volume, sampling), moved);
      return { row, column: column + at, view, state, set, key, plane, moved, spacing: volume.spacing };
    });
  });
  return { layout, sampling, tiles };
}

function voxels(mm: Vector | undefined, spacing: number): Vector {
  return mm ? [mm[0] / spacing, mm[1] / spacing, mm[2] / spacing] : [0, 0, 0];
}

function back(plane: Plane, [i, j, k]: Vector): Plane {
  const [ci, cj, ck] = plane.centre;
  return { ...plane, centre: [ci - i, cj - j, ck - k] };
}
