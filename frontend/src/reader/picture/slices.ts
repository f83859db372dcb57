/**
 * Which planes of a neutral volume the reader sees.
 *
 * A heart's axes: i septal to lateral, j anterior to inferior, k apex to base; the long axis of the left ventricle runs along k
 * through the middle of i and j. A brain's axes: i the patient's right to left, j anterior to posterior, k inferior to superior;
 * its middle is the middle of the grid. All positions here are voxel indices (voxel centres at whole numbers).
 */
import type { PictureKey } from './volume';

export type Vector = readonly [i: number, j: number, k: number];
export type HeartView = 'SA' | 'VLA' | 'HLA';
export type ViewName = HeartView | 'TRA' | 'COR' | 'SAG';

export interface Ventricle {
  apex_k: number;
  base_k: number;
  radius_mm: number;
}

/** `values`: 1.0 is 100 % of the organ's maximum; index (k * nj + j) * ni + i. */
export interface Volume<Where extends Ventricle | null = Ventricle | null> {
  dims: readonly [ni: number, nj: number, nk: number];
  spacing: number;
  values: Float32Array<ArrayBuffer>;
  /** Null where the organ has none. */
  ventricle: Where;
}

/** A square cut: its centre, and the vectors that span it from left to right and from top to bottom. */
export interface Plane {
  centre: Vector;
  right: Vector;
  down: Vector;
}

/** Slice spacing of each view and field of view in mm, the same for all pictures, so that a dilated ventricle looks dilated. */
export type Sampling = Readonly<Record<ViewName, number>> & { readonly field: number };

const WALL_MM = 10;
/** Outside the apex half a wall is to be seen; past the base little but blur. */
const BEYOND_APEX_MM = 6;
const BEYOND_BASE_MM = 3;
const FIELD_MM = 90;
const GRAIN_MM = 0.1;
/** What the slices of a brain cover, and the side of a tile: room for a large head, the same for every case. */
const BRAIN_MM = { TRA: 136, COR: 176, SAG: 136, field: 196 };

/** All pictures of a case on one scale: the largest ventricle decides. */
export function samplingOf(
  volumes: Readonly<Record<PictureKey, Volume>>,
  slices: Readonly<Partial<Record<ViewName, number>>>,
): Sampling {
  const step = (view: ViewName, extent: number) => {
    const count = slices[view] ?? 0;
    return Math.ceil(extent / Math.max(count - 1, 1) / GRAIN_MM) * GRAIN_MM;
  };
  const hearts = Object.values<Volume>(volumes).flatMap(({ ventricle, spacing }) =>
    ventricle
      ? [{ length: (ventricle.base_k - ventricle.apex_k) * spacing, radius: ventricle.radius_mm }]
      : [],
  );
  const brain = {
    TRA: step('TRA', BRAIN_MM.TRA),
    COR: step('COR', BRAIN_MM.COR),
    SAG: step('SAG', BRAIN_MM.SAG),
  };
  if (hearts.length === 0) return { SA: 0, VLA: 0, HLA: 0, ...brain, field: BRAIN_MM.field };
  const length = Math.max(...hearts.map((heart) => heart.length));
  const width = 2 * (Math.max(...hearts.map((heart) => heart.radius)) + WALL_MM / 2);
  return {
    SA: step('SA', length + BEYOND_APEX_MM + BEYOND_BASE_MM),
    VLA: step('VLA', width),
    HLA: step('HLA', width),
    ...brain,
    field: Math.max(FIELD_MM, 10 * Math.ceil(Math.max(length + 2 * WALL_MM, width * 1.25) / 10)),
  };
}

/**
 * Slice `number` (0 first) of a view. SA: apex to base, septum left, anterior up. VLA: septal to lateral, apex right, anterior
 * up. HLA: inferior to anterior, apex up, septum left. Slices of all hearts start at the apex, so pairs match by anatomy.
 * TRA: inferior to superior, anterior up; COR: anterior to posterior, superior up; both with the patient's right on the left.
 * SAG: the patient's right to left, superior up, anterior left.
 */
export function planeOf(
  view: ViewName,
  number: number,
  count: number,
  volume: Volume,
  sampling: Sampling,
): Plane {
  const [ni, nj, nk] = volume.dims;
  const { ventricle, spacing } = volume;
  const [i, j] = [(ni - 1) / 2, (nj - 1) / 2];
  const k = ventricle ? (ventricle.apex_k + ventricle.base_k) / 2 : (nk - 1) / 2;
  const side = sampling.field / spacing;
  const step = sampling[view] / spacing;
  const along = step * (number - (count - 1) / 2);
  switch (view) {
    case 'SA': {
      const first = ventricle ? ventricle.apex_k - BEYOND_APEX_MM / spacing : 0;
      return { centre: [i, j, first + step * number], right: [side, 0, 0], down: [0, side, 0] };
    }
    case 'VLA':
      return { centre: [i + along, j, k], right: [0, 0, -side], down: [0, side, 0] };
    case 'HLA':
      return { centre: [i, j - along, k], right: [side, 0, 0], down: [0, 0, side] };
    case 'TRA':
      return { centre: [i, j, k + along], right: [side, 0, 0], down: [0, side, 0] };
    case 'COR':
      return { centre: [i, j + along, k], right: [side, 0, 0], down: [0, 0, -side] };
    case 'SAG':
      return { centre: [i + along, j, k], right: [0, side, 0], down: [0, 0, -side] };
  }
}

/** A picture without depth (a projection), whole, in a square. */
export function wholePlane({ dims: [ni, nj] }: Volume): Plane {
  const side = Math.max(ni, nj);
  return { centre: [(ni - 1) / 2, (nj - 1) / 2, 0], right: [side, 0, 0], down: [0, side, 0] };
}
