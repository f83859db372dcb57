/**
 * The ventricle that the server found, as lines over the slices: a cylinder of the mid-wall radius, closed at the apex
 * by half a sphere. Tile coordinates run from 0 to 1, x to the right, y down.
 */
import type { HeartView, Sampling, Vector, Ventricle, Volume } from '../../reader/picture/slices';

export type Point = readonly [x: number, y: number];

export interface TileLines {
  /** Mid-wall outline. */
  wall: Point[][];
  /** Apex and base planes. */
  limits: [Point, Point][];
}

const STEP_MM = 1;
const TURN = 48;

/** Mid-wall radius at a distance from the apex along the axis; null beyond either end. */
export function radiusAt(fromApex: number, radius: number, length: number): number | null {
  if (fromApex < 0 || fromApex > length) return null;
  if (fromApex >= radius) return radius;
  return Math.sqrt(radius ** 2 - (radius - fromApex) ** 2);
}

/** The lines on one tile: `centre` is the centre of its plane in voxels. */
export function linesOn(
  view: HeartView,
  centre: Vector,
  volume: Volume<Ventricle>,
  sampling: Sampling,
): TileLines {
  const { spacing, ventricle, dims } = volume;
  const length = (ventricle.base_k - ventricle.apex_k) * spacing;
  const radius = ventricle.radius_mm;
  if (view === 'SA') {
    const here = radiusAt((centre[2] - ventricle.apex_k) * spacing, radius, length);
    return { wall: here ? [circle(here / sampling.field)] : [], limits: [] };
  }
  const offset = view === 'VLA' ? centre[0] - (dims[0] - 1) / 2 : centre[1] - (dims[1] - 1) / 2;
  const halves = outline(offset * spacing, radius, length);
  // Along the axis the tile's middle is the middle of the ventricle.
  const place = (fromApex: number, aside: number): Point => {
    const along = (fromApex - length / 2) / sampling.field;
    const across = aside / sampling.field;
    return view === 'VLA' ? [0.5 - along, 0.5 + across] : [0.5 + across, 0.5 + along];
  };
  const reach = radius * 1.35;
  return {
    wall: halves.length > 1 ? [halves.map(([fromApex, aside]) => place(fromApex, aside))] : [],
    limits: [0, length].map((fromApex) => [place(fromApex, -reach), place(fromApex, reach)]),
  };
}

/** From the base along one side to the apex and back along the other, as (distance from apex, distance from axis). */
function outline(offset: number, radius: number, length: number): Point[] {
  const side: Point[] = [];
  for (let fromApex = length; fromApex >= 0; fromApex -= STEP_MM) {
    const here = radiusAt(fromApex, radius, length);
    if (here === null || here < Math.abs(offset)) continue;
    side.push([fromApex, Math.sqrt(here ** 2 - offset ** 2)]);
  }
  return [...side, ...side.toReversed().map(([fromApex, aside]): Point => [fromApex, -aside])];
}

function circle(radius: number): Point[] {
  return Array.from({ length: TURN + 1 }, (_, n): Point => {
    const angle = (n / TURN) * 2 * Math.PI;
    return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  });
}
