/**
 * The 17 segments of the left ventricle (AHA, Cerqueira et al., Circulation 2002;105:539).
 *
 * Angles are degrees counter-clockwise from 12 o'clock as displayed: 0 anterior, 90 septum (viewer's left), 180 inferior,
 * 270 lateral. Radii are fractions of the map's radius; 0 is the apex, 1 the base.
 */
/** A state of the form, for example "stress": which there are, only the form says. */
export type StateName = string;

export type Level = 'basal' | 'mid' | 'apical' | 'apex';
/** 1 to 17. */
export type SegmentNumber = number;

export interface Sector {
  segment: SegmentNumber;
  level: Level;
  inner: number;
  outer: number;
  /** The two edges; `to` is counter-clockwise of `from`. The apex has the whole turn. */
  from: number;
  to: number;
}

export const SEGMENTS: readonly SegmentNumber[] = Array.from({ length: 17 }, (_, index) => index + 1);
export const SECTORS: readonly Sector[] = SEGMENTS.map(sectorOf);

function sectorOf(segment: SegmentNumber): Sector {
  if (segment === 17) return { segment, level: 'apex', inner: 0, outer: 0.25, from: 0, to: 360 };
  if (segment >= 13) return around(segment, 'apical', 0.25, 0.5, segment - 13, 90);
  if (segment >= 7) return around(segment, 'mid', 0.5, 0.75, segment - 7, 60);
  return around(segment, 'basal', 0.75, 1, segment - 1, 60);
}

function around(
  segment: number,
  level: Level,
  inner: number,
  outer: number,
  turn: number,
  width: number,
): Sector {
  return { segment, level, inner, outer, from: (turn - 0.5) * width, to: (turn + 0.5) * width };
}

export function sector(segment: SegmentNumber): Sector {
  const found = SECTORS[segment - 1];
  if (!found) throw new RangeError(`There is no segment ${segment}; segments are 1 to 17.`);
  return found;
}

/** A point of the map: x to the right, y down, in units of the map's radius from its centre. */
export function onMap(radius: number, angle: number): [x: number, y: number] {
  const radians = (angle * Math.PI) / 180;
  return [-radius * Math.sin(radians), -radius * Math.cos(radians)];
}

/** The segment at a point of the map, or null outside it. */
export function segmentAt(x: number, y: number): SegmentNumber | null {
  const radius = Math.hypot(x, y);
  if (radius > 1) return null;
  if (radius < 0.25) return 17;
  const angle = ((Math.atan2(-x, -y) * 180) / Math.PI + 360) % 360;
  const inside = ({ inner, outer, from, to }: Sector) =>
    radius >= inner && radius <= outer && (angle - from + 360) % 360 < to - from;
  return SECTORS.find((candidate) => inside(candidate))?.segment ?? null;
}

const OUTWARD: Readonly<Record<number, number>> = { 13: 7, 14: 8, 15: 10, 16: 12, 17: 13 };
const INWARD: Readonly<Record<number, number>> = { 7: 13, 8: 14, 9: 14, 10: 15, 11: 16, 12: 16 };

/** The neighbour towards the base; a basal segment is its own. */
export function outward(segment: SegmentNumber): SegmentNumber {
  if (segment <= 6) return segment;
  return segment <= 12 ? segment - 6 : (OUTWARD[segment] ?? segment);
}

/** The neighbour towards the apex; segment 17 is its own. */
export function inward(segment: SegmentNumber): SegmentNumber {
  if (segment <= 6) return segment + 6;
  return segment <= 12 ? (INWARD[segment] ?? segment) : 17;
}

/** Segments that touch this one on the map. */
export function neighbours(segment: SegmentNumber): SegmentNumber[] {
  const reaches = (one: number, other: number) => outward(one) === other || inward(one) === other;
  return SEGMENTS.filter(
    (other) =>
      other !== segment &&
      (beside(sector(other), sector(segment)) || reaches(other, segment) || reaches(segment, other)),
  );
}

function beside(one: Sector, other: Sector): boolean {
  return (
    one.level === other.level && ((one.to - other.from) % 360 === 0 || (other.to - one.from) % 360 === 0)
  );
}
