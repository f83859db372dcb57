/** Where a slice lies on the polar map, and a segment in the slices. The rules of the map: thirds of base to apical cavity. */
import type { Plane, Ventricle, ViewName } from '../picture/slices';
import type { Level } from './segments';

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
