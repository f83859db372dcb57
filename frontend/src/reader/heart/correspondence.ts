/** Where a slice lies on the polar map, and a segment in the slices. The rules of the map: thirds of base to apical cavity. */
import type { Plane, Vector, Ventricle, ViewName } from '../picture/slices';
import { type Level, onMap, type SegmentNumber, segmentAt } from './segments';

/** From the middle of the wall at the apex to the cavity. */
const HALF_WALL_MM = 5;
const CAP = 0.25;

/** 0 at the base, 1 at the end of the cavity, above 1 in the cap. */
function depth({ apex_k, base_k }: Ventricle, spacing: number, k: number): number {
  return (base_k - k) / (base_k - (apex_k + HALF_WALL_MM / spacing));
}

/** The level a short-axis slice cuts, or null beyond the muscle. */
export function levelAt(ventricle: Ventricle, spacing: number, k: number): Level | null {
  const u = depth(ventricle, spacing, k);
  if (u < 0 || k < ventricle.apex_k - HALF_WALL_MM / spacing) return null;
  if (u >= 1) return 'apex';
  return u < 1 / 3 ? 'basal' : u < 2 / 3 ? 'mid' : 'apical';
}

/** Radius on the map (0 apex, 1 base) of a short-axis slice, or null beyond the muscle. */
export function mapRadius(ventricle: Ventricle, spacing: number, k: number): number | null {
  const u = depth(ventricle, spacing, k);
  if (u < 0) return null;
  if (u < 1) return CAP + (1 - u) * (1 - CAP);
  const end = ventricle.apex_k + HALF_WALL_MM / spacing;
  const outside = ventricle.apex_k - HALF_WALL_MM / spacing;
  return k < outside ? null : (CAP * (k - outside)) / (end - outside);
}

/** What a tile's plane cuts, drawn on the map: a ring, or the two courses of a long-axis slice. Units of the map's radius. */
export type Trace =
  | { kind: 'ring'; radius: number }
  | { kind: 'courses'; lines: readonly (readonly [x: number, y: number])[][] };

const STEPS = 24;

export function traceOf(
  view: ViewName,
  { centre }: Plane,
  dims: readonly number[],
  spacing: number,
  ventricle: Ventricle,
): Trace | null {
  if (view === 'SA') {
    const radius = mapRadius(ventricle, spacing, centre[2]);
    return radius === null ? null : { kind: 'ring', radius };
  }
  const axis = view === 'VLA' ? 0 : 1;
  const offset = (centre[axis] - ((dims[axis] as number) - 1) / 2) * spacing;
  const lines: [number, number][][] = [[], []];
  for (let step = 0; step <= STEPS; step++) {
    const radius = CAP + ((1 - CAP) * step) / STEPS;
    const wall = wallRadius(ventricle, spacing, radius);
    if (Math.abs(offset) > wall) continue;
    const across = (radius * offset) / wall;
    const along = Math.sqrt(radius * radius - across * across);
    lines[0]?.push(view === 'VLA' ? [across, -along] : [-along, across]);
    lines[1]?.push(view === 'VLA' ? [across, along] : [along, across]);
  }
  return (lines[0]?.length ?? 0) > 1 ? { kind: 'courses', lines } : null;
}

/** Mid-wall radius in mm at a radius of the map: a cylinder that ends in a half sphere. */
function wallRadius({ apex_k, base_k, radius_mm }: Ventricle, spacing: number, radius: number): number {
  const u = 1 - (radius - CAP) / (1 - CAP);
  const k = base_k - u * (base_k - (apex_k + HALF_WALL_MM / spacing));
  const fromApex = (k - apex_k) * spacing;
  if (fromApex >= radius_mm) return radius_mm;
  return Math.sqrt(Math.max(0, radius_mm ** 2 - (radius_mm - fromApex) ** 2));
}

/** Of the pictures of one heart: enough to say where its wall lies. */
export interface Heart {
  dims: readonly number[];
  spacing: number;
  ventricle: Ventricle;
}

/** In mm from the axis and from the middle of the wall at the apex: to the right, down (inferior), towards the base. */
function placeOf([i, j, k]: Vector, { dims, spacing, ventricle }: Heart): Vector {
  return [
    (i - ((dims[0] as number) - 1) / 2) * spacing,
    (j - ((dims[1] as number) - 1) / 2) * spacing,
    (k - ventricle.apex_k) * spacing,
  ];
}

/** A point of the heart on the map (x to the right, y down, radius 1), or null where no muscle lies in its direction. */
export function mapPoint(at: Vector, heart: Heart): [x: number, y: number] | null {
  const { ventricle, spacing } = heart;
  const [x, y, height] = placeOf(at, heart);
  const dome = ventricle.radius_mm;
  // In the dome rays start from its centre: the wall that a point belongs to lies along its ray.
  const along = Math.hypot(x, y, height - dome);
  const wall = height < dome && along > 0 ? dome + ((height - dome) / along) * dome : height;
  const radius = mapRadius(ventricle, spacing, ventricle.apex_k + wall / spacing);
  if (radius === null) return null;
  return onMap(radius, (Math.atan2(-x, -y) * 180) / Math.PI);
}

/** How far outside the middle of the wall a segment's bracket runs, and how far its ends turn in. */
const BRACKET_MM = 11;
const HOOK_MM = 4;
const STEPS_A_WALL = 40;

/**
 * Where a long-axis slice cuts a segment: a bracket outside the wall, as runs of positions in the heart's voxels. The wall in
 * such a slice is a U: two straight walls and half a circle round the centre of the dome.
 */
export function segmentBrackets(
  view: 'VLA' | 'HLA',
  { centre }: Plane,
  heart: Heart,
  segment: SegmentNumber,
): Vector[][] {
  const { dims, spacing, ventricle } = heart;
  const [middle, fixed] = view === 'VLA' ? ([1, 0] as const) : ([0, 1] as const);
  const offset = (centre[fixed] - ((dims[fixed] as number) - 1) / 2) * spacing;
  const length = (ventricle.base_k - ventricle.apex_k) * spacing;
  const dome = ventricle.radius_mm;
  if (Math.abs(offset) >= dome || length <= dome) return [];
  const reach = Math.sqrt(dome ** 2 - offset ** 2);
  const outside = (across: number, height: number): Vector => {
    const at: [number, number, number] = [0, 0, ventricle.apex_k + height / spacing];
    at[middle] = ((dims[middle] as number) - 1) / 2 + across / spacing;
    at[fixed] = centre[fixed];
    return at;
  };
  /** A point of the U, `off` mm outside the wall; `step` runs from one base over the apex to the other. */
  const point = (step: number, off: number): Vector => {
    if (step <= STEPS_A_WALL)
      return outside(-(reach + off), length - ((length - dome) * step) / STEPS_A_WALL);
    if (step >= 2 * STEPS_A_WALL) {
      return outside(reach + off, dome + ((length - dome) * (step - 2 * STEPS_A_WALL)) / STEPS_A_WALL);
    }
    const turn = ((step - STEPS_A_WALL) / STEPS_A_WALL) * Math.PI;
    return outside(-Math.cos(turn) * (reach + off), dome - Math.sin(turn) * (reach + off));
  };
  const runs: number[][] = [];
  let before = false;
  for (let step = 0; step <= 3 * STEPS_A_WALL; step++) {
    const place = mapPoint(point(step, 0), heart);
    const inside = place !== null && segmentAt(...place) === segment;
    if (inside && !before) runs.push([]);
    if (inside) runs.at(-1)?.push(step);
    before = inside;
  }
  return runs
    .filter((run) => run.length > 1)
    .map((run) => {
      const [first = 0, last = 0] = [run[0], run.at(-1)];
      return [
        point(first, BRACKET_MM - HOOK_MM),
        ...run.map((step) => point(step, BRACKET_MM)),
        point(last, BRACKET_MM - HOOK_MM),
      ];
    });
}
