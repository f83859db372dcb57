import { colours } from './colours';
import type { Painter, Scene, Volumes } from './painter';
import { type Plane, type Volume, valueAt } from './slices';

const GAP = 1;
const BLACK = 0xff000000;

/** The picture of `webglPainter` without a graphics processor. A change of window or table does not sample again. */
export function cpuPainter(canvas: HTMLCanvasElement, volumes: Volumes): Painter {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser cannot draw on a canvas.');
  let sampled: { tiles: Scene['tiles']; side: number; values: Float32Array[] } | null = null;
  return {
    draw(scene, side) {
      const inner = side - GAP;
      if (sampled?.tiles !== scene.tiles || sampled.side !== side) {
        const values = scene.tiles.map(({ state, plane }) => resliced(volumes[state], plane, inner));
        sampled = { tiles: scene.tiles, side, values };
      }
      const image = context.createImageData(canvas.width, canvas.height);
      const pixels = new Uint32Array(image.data.buffer).fill(BLACK);
      scene.tiles.forEach((tile, index) => {
        const window = scene.windows[tile.state];
        const entries = new Uint32Array(colours(scene.table).buffer);
        const origin = tile.row * side * canvas.width + tile.column * side;
        coloured(
          sampled?.values[index] as Float32Array,
          entries,
          window,
          pixels,
          origin,
          inner,
          canvas.width,
        );
      });
      context.putImageData(image, 0, 0);
    },
    destroy() {
      sampled = null;
    },
  };
}

function coloured(
  values: Float32Array,
  entries: Uint32Array,
  { low, high }: { low: number; high: number },
  pixels: Uint32Array,
  origin: number,
  side: number,
  stride: number,
): void {
  const scale = 255 / (high - low);
  for (let y = 0, at = 0; y < side; y++) {
    const line = origin + y * stride;
    for (let x = 0; x < side; x++, at++) {
      const entry = ((values[at] as number) - low) * scale + 0.5;
      pixels[line + x] = entries[entry < 0 ? 0 : entry > 255 ? 255 : entry | 0] as number;
    }
  }
}

/** `side` x `side` trilinear values of a plane, row by row. */
export function resliced(volume: Volume, { centre, right, down }: Plane, side: number): Float32Array {
  const [ni, nj, nk] = volume.dims;
  const { values } = volume;
  const sheet = ni * nj;
  const out = new Float32Array(side * side);
  const [di, dj, dk] = [right[0] / side, right[1] / side, right[2] / side];
  for (let y = 0, to = 0; y < side; y++) {
    const v = (y + 0.5) / side - 0.5;
    const u = 0.5 / side - 0.5;
    let i = centre[0] + right[0] * u + down[0] * v;
    let j = centre[1] + right[1] * u + down[1] * v;
    let k = centre[2] + right[2] * u + down[2] * v;
    for (let x = 0; x < side; x++, to++, i += di, j += dj, k += dk) {
      if (!(i >= 0 && j >= 0 && k >= 0 && i < ni - 1 && j < nj - 1 && k < nk - 1)) {
        out[to] = valueAt(volume, i, j, k);
        continue;
      }
      const [i0, j0, k0] = [i | 0, j | 0, k | 0];
      const [fx, fy, fz] = [i - i0, j - j0, k - k0];
      const a = (k0 * nj + j0) * ni + i0;
      const b = a + ni;
      const c = a + sheet;
      const d = c + ni;
      const va = (values[a] as number) + ((values[a + 1] as number) - (values[a] as number)) * fx;
      const vb = (values[b] as number) + ((values[b + 1] as number) - (values[b] as number)) * fx;
      const vc = (values[c] as number) + ((values[c + 1] as number) - (values[c] as number)) * fx;
      const vd = (values[d] as number) + ((values[d + 1] as number) - (values[d] as number)) * fx;
      const near = va + (vb - va) * fy;
      out[to] = near + (vc + (vd - vc) * fy - near) * fz;
    }
  }
  return out;
}
