/**
 * The polar map of a neutral volume, read where the server says that it met the wall. Readers are sent the server's map; this one
 * checks that the volume which they are sent, cut as the browser cuts it, has the heart where the map and the contour have it.
 */
import { type Contour, knots } from '../src/reader/heart/contour';
import type { PolarMap } from '../src/reader/picture/polarPicture';
import type { Vector, Ventricle, Volume } from '../src/reader/picture/slices';

const ROBUST_QUANTILE = 0.99;

/** In fractions of the map's own robust maximum; all zero where the ventricle shows no activity. */
export function polarOf(volume: Volume<Ventricle>, contour: Contour): PolarMap {
  const [, ...rings] = knots(contour, volume); // the first is the tip, where all rings end
  const values = Float32Array.from(rings.flat(), (point) => sampled(volume, point));
  const highest = quantile(values, ROBUST_QUANTILE);
  const { rings: count, angles } = contour;
  return { rings: count, angles, values: values.map((value) => (highest > 0 ? value / highest : 0)) };
}

/** Trilinear; 0 beyond the centres of the outermost voxels. */
function sampled({ dims: [ni, nj, nk], values }: Volume, [i, j, k]: Vector): number {
  if (i < 0 || j < 0 || k < 0 || i > ni - 1 || j > nj - 1 || k > nk - 1) return 0;
  let sum = 0;
  const [i0, j0, k0] = [Math.floor(i), Math.floor(j), Math.floor(k)];
  for (let corner = 0; corner < 8; corner++) {
    const [di, dj, dk] = [corner & 1, (corner >> 1) & 1, corner >> 2];
    const weight = (di ? i - i0 : 1 - i + i0) * (dj ? j - j0 : 1 - j + j0) * (dk ? k - k0 : 1 - k + k0);
    if (weight > 0) sum += weight * (values[((k0 + dk) * nj + j0 + dj) * ni + i0 + di] as number);
  }
  return sum;
}

/** Linear between the two nearest ranks. */
function quantile(values: Float32Array, part: number): number {
  const sorted = values.slice().sort();
  const at = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}
