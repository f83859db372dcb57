/**
 * The wall as the polar map found it, in the slices: a net of 24 rings and 72 angles whose knots lie at the measured distances
 * from the ventricle's axis (in the dome from its centre). Any plane cuts the net in lines.
 */
import type { Plane, Vector } from '../picture/slices';
import type { Heart } from './correspondence';

/** Distances in mm from where a ray begins to the middle of the wall, ring after ring from the apex. */
export interface Contour {
  rings: number;
  angles: number;
  distances: Float32Array;
}

const HALF_WALL_MM = 5;
/** The last ring lies this far before the base, where blur does not dim the wall yet. */
const BASE_INSET_MM = 6;
const BANDS = 4;
const SCRAP_MM = 10;

/** Height of each ring's middle of the wall above the apex, in mm: equal angles in the cap, equal thirds up to the base. */
export function ringHeights(rings: number, length: number, radius: number): number[] {
  const inBand = rings / BANDS;
  const cap = Math.acos(1 - HALF_WALL_MM / radius);
  const third = (length - HALF_WALL_MM) / 3;
  return Array.from({ length: rings }, (_, ring) => {
    const band = Math.floor(ring / inBand);
    const part = ((ring % inBand) + 0.5) / inBand;
    if (band === 0) return radius * (1 - Math.cos(cap * part));
    const extent = band === BANDS - 1 ? third - BASE_INSET_MM : third;
    return HALF_WALL_MM + third * (band - 1) + extent * part;
  });
}

/** Knots of the net in the heart's voxels, ring after ring; the first ring is the one point where all rings end. */
export function knots(
  { rings, angles, distances }: Contour,
  { dims, spacing, ventricle }: Heart,
): Vector[][] {
  const { apex_k, base_k, radius_mm: radius } = ventricle;
  const heights = ringHeights(rings, (base_k - apex_k) * spacing, radius);
  const at = (x: number, y: number, height: number): Vector => [
    ((dims[0] as number) - 1) / 2 + x / spacing,
    ((dims[1] as number) - 1) / 2 + y / spacing,
    apex_k + height / spacing,
  ];
  const net = heights.map((height, ring) => {
    const polar = height < radius ? Math.acos(1 - height / radius) : Math.PI / 2;
    const centre = Math.max(height, radius);
    return Array.from({ length: angles }, (_, angle) => {
      const distance = distances[ring * angles + angle] as number;
      const turn = ((angle + 0.5) * 2 * Math.PI) / angles;
      const across = Math.sin(polar) * distance;
      return at(-across * Math.sin(turn), -across * Math.cos(turn), centre - Math.cos(polar) * distance);
    });
  });
  const pole = distances.subarray(0, angles).reduce((sum, distance) => sum + distance, 0) / angles;
  const tip = at(0, 0, radius - pole);
  return [Array.from({ length: angles }, () => tip), ...net];
}

/** The lines in which a plane cuts the net, as pairs of points. */
export function cutBy(
  { centre, right, down }: Plane,
  net: readonly (readonly Vector[])[],
): [Vector, Vector][] {
  const normal: Vector = [
    right[1] * down[2] - right[2] * down[1],
    right[2] * down[0] - right[0] * down[2],
    right[0] * down[1] - right[1] * down[0],
  ];
  const above = ([i, j, k]: Vector) =>
    (i - centre[0]) * normal[0] + (j - centre[1]) * normal[1] + (k - centre[2]) * normal[2];
  const heights = net.map((ring) => ring.map(above));
  const lines: [Vector, Vector][] = [];
  for (let ring = 0; ring + 1 < net.length; ring++) {
    const angles = net[ring]?.length ?? 0;
    for (let angle = 0; angle < angles; angle++) {
      const next = (angle + 1) % angles;
      const corners = [
        [ring, angle],
        [ring, next],
        [ring + 1, next],
        [ring + 1, angle],
      ] as const;
      const crossings: Vector[] = [];
      for (let corner = 0; corner < 4; corner++) {
        const [r, a] = corners[corner] as readonly [number, number];
        const [s, b] = corners[(corner + 1) % 4] as readonly [number, number];
        const [one, other] = [heights[r]?.[a] as number, heights[s]?.[b] as number];
        if (one >= 0 === other >= 0) continue;
        crossings.push(between(net[r]?.[a] as Vector, net[s]?.[b] as Vector, one / (one - other)));
      }
      for (let at = 0; at + 1 < crossings.length; at += 2) {
        lines.push([crossings[at] as Vector, crossings[at + 1] as Vector]);
      }
    }
  }
  return lines;
}

/** Without scraps: where a plane grazes the wall, short lines say nothing of where it is. */
export function withoutScraps(
  lines: readonly (readonly [Vector, Vector])[],
  spacing: number,
): (readonly [Vector, Vector])[] {
  const nameOf = (end: Vector) => end.map((value) => value.toFixed(3)).join();
  const parents = new Map<string, string>();
  const root = (name: string): string => {
    const parent = parents.get(name);
    return parent === undefined || parent === name ? name : root(parent);
  };
  const named = lines.map((line) => ({ line, names: [nameOf(line[0]), nameOf(line[1])] as const }));
  for (const { names } of named) parents.set(root(names[0]), root(names[1]));
  const lengths = new Map<string, number>();
  for (const { line, names } of named) {
    const [from, to] = line;
    const length = Math.hypot(from[0] - to[0], from[1] - to[1], from[2] - to[2]) * spacing;
    lengths.set(root(names[0]), (lengths.get(root(names[0])) ?? 0) + length);
  }
  return named.flatMap(({ line, names }) => ((lengths.get(root(names[0])) ?? 0) < SCRAP_MM ? [] : [line]));
}

function between(from: Vector, to: Vector, part: number): Vector {
  return [
    from[0] + (to[0] - from[0]) * part,
    from[1] + (to[1] - from[1]) * part,
    from[2] + (to[2] - from[2]) * part,
  ];
}
