/**
 * Where the regions of the brain lie on a schematic transaxial section, seen from below as the pictures are: the patient's right
 * is at the viewer's left. Angles are degrees from the front (0) along one side to the back (180); radii are fractions of the
 * outline. The cerebellum lies in a small section of its own behind.
 */
import { sideOf, withoutSide } from './regions';

interface Part {
  inner: number;
  outer: number;
  from: number;
  to: number;
  section: 'cerebrum' | 'cerebellum';
}

const PARTS: Readonly<Record<string, Part>> = {
  frontal: { inner: 0.42, outer: 1, from: 0, to: 62, section: 'cerebrum' },
  temporal: { inner: 0.42, outer: 1, from: 62, to: 104, section: 'cerebrum' },
  parietal: { inner: 0.42, outer: 1, from: 104, to: 146, section: 'cerebrum' },
  occipital: { inner: 0.42, outer: 1, from: 146, to: 180, section: 'cerebrum' },
  striatum: { inner: 0, outer: 0.42, from: 0, to: 180, section: 'cerebrum' },
  cerebellum: { inner: 0, outer: 1, from: 0, to: 180, section: 'cerebellum' },
};

const SECTIONS = {
  cerebrum: { x: 0, y: 0, width: 0.86, height: 1.04 },
  cerebellum: { x: 0, y: 1.36, width: 0.56, height: 0.26 },
} as const;

/** What the drawing spans: x, y, width, height. */
export const SECTION_BOX = [-0.9, -1.08, 1.8, 2.74] as const;

export interface RegionShape {
  site: number;
  path: string;
  label: readonly [x: number, y: number];
}

/** The shapes of the regions that have one, in the order of the form's list. */
export function regionShapes(regions: readonly string[]): RegionShape[] {
  return regions.flatMap((region, index): RegionShape[] => {
    const part = PARTS[withoutSide(region)];
    const side = sideOf(region);
    return part && side ? [{ site: index + 1, ...shapeOf(part, side === 'left' ? 1 : -1) }] : [];
  });
}

function shapeOf({ inner, outer, from, to, section }: Part, sign: 1 | -1): Omit<RegionShape, 'site'> {
  const { x, y, width, height } = SECTIONS[section];
  const at = (radius: number, angle: number): [number, number] => {
    const radians = (angle * Math.PI) / 180;
    return [x + sign * radius * width * Math.sin(radians), y - radius * height * Math.cos(radians)];
  };
  const point = (radius: number, angle: number) =>
    at(radius, angle)
      .map((value) => value.toFixed(4))
      .join();
  const arc = (radius: number, angle: number, way: 1 | -1) => {
    const sweep = way * sign > 0 ? 1 : 0;
    return `A${radius * width},${radius * height} 0 0 ${sweep} ${point(radius, angle)}`;
  };
  const back = inner > 0 ? `L${point(inner, to)}${arc(inner, from, -1)}` : '';
  const path = `M${point(inner > 0 ? inner : outer, from)}${inner > 0 ? `L${point(outer, from)}` : ''}${arc(outer, to, 1)}${back}Z`;
  const middle = inner > 0 ? (inner + outer) / 2 : outer * 0.45;
  return { path, label: at(middle, (from + to) / 2) };
}
