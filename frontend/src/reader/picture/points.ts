/** One point of the patient in all tiles. Positions are voxel indices of the neutral grid, as if nothing had been nudged. */
import type { Arrangement, Tile } from './layout';
import type { Vector } from './slices';

/** The point under a place of a tile; u and v run from 0 to 1, to the right and down. */
export function worldOf({ plane: { centre, right, down }, moved }: Tile, u: number, v: number): Vector {
  const at = (axis: 0 | 1 | 2) =>
    centre[axis] + right[axis] * (u - 0.5) + down[axis] * (v - 0.5) + moved[axis];
  return [at(0), at(1), at(2)];
}

export interface Projection {
  /** May lie outside 0 to 1: then the point is beside the tile. */
  u: number;
  v: number;
  /** From the tile's plane to the point; positive behind it (right x down). */
  off_mm: number;
}

/** Where a point lies on a tile, seen along the tile's normal. */
export function projection(
  { plane: { centre, right, down }, moved, spacing }: Tile,
  point: Vector,
): Projection {
  const from: Vector = [
    point[0] - moved[0] - centre[0],
    point[1] - moved[1] - centre[1],
    point[2] - moved[2] - centre[2],
  ];
  const normal: Vector = [
    right[1] * down[2] - right[2] * down[1],
    right[2] * down[0] - right[0] * down[2],
    right[0] * down[1] - right[1] * down[0],
  ];
  return {
    u: dot(from, right) / dot(right, right) + 0.5,
    v: dot(from, down) / dot(down, down) + 0.5,
    off_mm: (spacing * dot(from, normal)) / Math.sqrt(dot(normal, normal)),
  };
}

export interface Place extends Projection {
  tile: Tile;
  /** Of its strip, this tile's slice is the one that the point lies in. */
  within: boolean;
}

/** Every tile, with where the point lies on it. */
export function placesOf({ tiles, layout, sampling }: Arrangement, point: Vector): Place[] {
  const places = tiles.map((tile): Place => ({ tile, ...projection(tile, point), within: false }));
  for (const { view, state, set } of layout.strips) {
    const same = places.filter(({ tile }) => tile.view === view && tile.state === state && tile.set === set);
    const nearest = same.reduce<Place | null>(
      (best, place) => (best && Math.abs(best.off_mm) <= Math.abs(place.off_mm) ? best : place),
      null,
    );
    // Half a slice, and a little for rounding: beyond it the point lies before the first or behind the last slice.
    if (nearest && Math.abs(nearest.off_mm) <= sampling[view] * 0.501) nearest.within = true;
  }
  return places;
}

function dot(one: Vector, other: Vector): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}
