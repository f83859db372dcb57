import { colours, type TableName } from './colours';
import type { Placed } from './layout';
import { resliced } from './reslice';
import { FULL_WINDOW, GAP, LONGEST_CANVAS, type Painter, type Window } from './scene';
import type { Plane, Vector, Volume } from './slices';

const BLACK = 0xff000000;

/** A tile's values as they were sampled last: a change of window or table, or of another strip, does not sample them again. */
interface Sampled {
  volume: Volume;
  plane: Plane;
  side: number;
  interpolate: boolean;
  values: Float32Array;
}

/** A tile as it was coloured last. */
interface Coloured extends Window {
  sampled: Sampled;
  table: TableName;
}

/** A width of lines, which nothing draws here: the browser forgets it whenever it clears the canvas, as after a new size. */
const DRAWN = 2;

/** The picture of `webglPainter` without a graphics processor. Tiles that stay as they are, are not drawn again. */
export function cpuPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser cannot draw on a canvas.');
  let kept = new Map<string, Coloured>();
  let image: ImageData | null = null;
  return {
    longest: LONGEST_CANVAS,
    draw(scene, volumes, side) {
      const tiles = scene.tiles.filter(({ key }) => volumes[key]);
      const { width, height } = canvas;
      const sized = image?.width === width && image.height === height ? image : null;
      const places = new Set(tiles.map(placeOf));
      const stays =
        sized !== null && context.lineWidth === DRAWN && [...kept.keys()].every((place) => places.has(place));
      image = sized ?? context.createImageData(width, height);
      const pixels = new Uint32Array(image.data.buffer);
      if (!stays) pixels.fill(BLACK);
      const entries = new Uint32Array(colours(scene.table).buffer);
      const now = new Map<string, Coloured>();
      const changed = new Set<number>();
      for (const tile of tiles) {
        const { row, column, key, state, plane } = tile;
        const last = kept.get(placeOf(tile));
        const volume = volumes[key] as Volume;
        const wanted = { volume, plane, side: side - GAP, interpolate: scene.interpolate };
        const sampled = again(last?.sampled, wanted) ?? sample(wanted);
        const { low, high } = scene.windows[state] ?? FULL_WINDOW;
        const next = { sampled, table: scene.table, low, high };
        now.set(placeOf(tile), next);
        if (stays && last && looksSame(last, next)) continue;
        coloured(next, entries, pixels, row * side * width + column * side, width);
        changed.add(row);
      }
      kept = now;
      context.lineWidth = DRAWN;
      if (!stays) context.putImageData(image, 0, 0);
      else for (const row of changed) context.putImageData(image, 0, 0, 0, row * side, width, side);
    },
    destroy() {
      kept.clear();
      image = null;
    },
  };
}

function placeOf({ row, column }: Placed): string {
  return `${row} ${column}`;
}

function looksSame(one: Coloured, other: Coloured): boolean {
  return (
    one.sampled === other.sampled &&
    one.table === other.table &&
    one.low === other.low &&
    one.high === other.high
  );
}

function sample(wanted: Omit<Sampled, 'values'>): Sampled {
  return { ...wanted, values: resliced(wanted.volume, wanted.plane, wanted.side, wanted.interpolate) };
}

function again(last: Sampled | undefined, wanted: Omit<Sampled, 'values'>): Sampled | null {
  return last &&
    last.volume === wanted.volume &&
    last.side === wanted.side &&
    last.interpolate === wanted.interpolate &&
    isSame(last.plane.centre, wanted.plane.centre) &&
    isSame(last.plane.right, wanted.plane.right) &&
    isSame(last.plane.down, wanted.plane.down)
    ? last
    : null;
}

function isSame(one: Vector, other: Vector): boolean {
  return one[0] === other[0] && one[1] === other[1] && one[2] === other[2];
}

function coloured(
  { sampled: { values, side }, low, high }: Coloured,
  entries: Uint32Array,
  pixels: Uint32Array,
  origin: number,
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
