/**
 * Which planes of a neutral volume the reader sees.
 *
 * The volume's axes are the heart's: i septal to lateral, j anterior to inferior, k apex to base; the long axis of the left
 * ventricle runs along k through the middle of i and j. All positions here are voxel indices (voxel centres at whole numbers).
 */
import type { StateName } from '../heart/segments';

export type Vector = readonly [i: number, j: number, k: number];
export type ViewName = 'SA' | 'VLA' | 'HLA';

export interface Ventricle {
  apex_k: number;
  base_k: number;
  radius_mm: number;
}

/** `values`: 1.0 is 100 % of the ventricle's maximum; index (k * nj + j) * ni + i. */
export interface Volume {
  dims: readonly [ni: number, nj: number, nk: number];
  spacing: number;
  values: Float32Array<ArrayBuffer>;
  ventricle: Ventricle;
}

/** A square cut: its centre, and the vectors that span it from left to right and from top to bottom. */
export interface Plane {
  centre: Vector;
  right: Vector;
  down: Vector;
}

/** Slice spacing and field of view in mm, the same for stress and rest, so that a dilated ventricle looks dilated. */
export interface Sampling {
  SA: number;
  VLA: number;
  HLA: number;
  field: number;
}

const WALL_MM = 10;
const BEYOND_ENDS_MM = 6;
const FIELD_MM = 90;
const GRAIN_MM = 0.5;

/** Both states of a case on one scale: the larger ventricle decides. */
export function samplingOf(
  volumes: Readonly<Record<StateName, Volume>>,
  slices: Readonly<Record<ViewName, number>>,
): Sampling {
  const both = Object.values(volumes);
  const length = Math.max(...both.map((v) => (v.ventricle.base_k - v.ventricle.apex_k) * v.spacing));
  const width = 2 * (Math.max(...both.map((v) => v.ventricle.radius_mm)) + WALL_MM / 2);
  const step = (extent: number, count: number) => Math.ceil(extent / (count - 1) / GRAIN_MM) * GRAIN_MM;
  return {
    SA: step(length + 2 * BEYOND_ENDS_MM, slices.SA),
    VLA: step(width, slices.VLA),
    HLA: step(width, slices.HLA),
    field: Math.max(FIELD_MM, 10 * Math.ceil(Math.max(length + 2 * WALL_MM, width * 1.25) / 10)),
  };
}

/**
 * Slice `number` (0 first) of a view. SA: apex to base, septum left, anterior up. VLA: septal to lateral, apex right, anterior
 * up. HLA: inferior to anterior, apex up, septum left. Slices of both states start at the apex, so pairs match by anatomy.
 */
export function planeOf(
  view: ViewName,
  number: number,
  count: number,
  volume: Volume,
  sampling: Sampling,
): Plane {
  const [ni, nj] = volume.dims;
  const { apex_k, base_k } = volume.ventricle;
  const axis: Vector = [(ni - 1) / 2, (nj - 1) / 2, (apex_k + base_k) / 2];
  const side = sampling.field / volume.spacing;
  const along = (sampling[view] / volume.spacing) * (view === 'SA' ? number : number - (count - 1) / 2);
  if (view === 'SA') {
    const k = apex_k - BEYOND_ENDS_MM / volume.spacing + along;
    return { centre: [axis[0], axis[1], k], right: [side, 0, 0], down: [0, side, 0] };
  }
  if (view === 'VLA') {
    return { centre: [axis[0] + along, axis[1], axis[2]], right: [0, 0, -side], down: [0, side, 0] };
  }
  return { centre: [axis[0], axis[1] - along, axis[2]], right: [side, 0, 0], down: [0, 0, side] };
}

/** Trilinear value at a position; 0 outside the volume. The rule of the WebGL sampler, for the painter without one. */
export function valueAt(volume: Volume, i: number, j: number, k: number): number {
  const [ni, nj, nk] = volume.dims;
  if (i < -0.5 || j < -0.5 || k < -0.5 || i > ni - 0.5 || j > nj - 0.5 || k > nk - 0.5) return 0;
  const x = Math.min(Math.max(i, 0), ni - 1);
  const y = Math.min(Math.max(j, 0), nj - 1);
  const z = Math.min(Math.max(k, 0), nk - 1);
  const i0 = Math.min(Math.floor(x), ni - 2);
  const j0 = Math.min(Math.floor(y), nj - 2);
  const k0 = Math.min(Math.floor(z), nk - 2);
  const [fx, fy, fz] = [x - i0, y - j0, z - k0];
  const v = volume.values;
  const row = (at: number) => {
    const low = v[at] as number;
    return low + ((v[at + 1] as number) - low) * fx;
  };
  const at = (k0 * nj + j0) * ni + i0;
  const sheet = ni * nj;
  const near = row(at) + (row(at + ni) - row(at)) * fy;
  const far = row(at + sheet) + (row(at + sheet + ni) - row(at + sheet)) * fy;
  return near + (far - near) * fz;
}
