import { describe, expect, it } from 'vitest';
import { colours } from './colours';
import { cpuPainter } from './cpuPainter';
import { arrange } from './layout';
import { paired } from './layouts.testing';
import type { Scene } from './scene';
import type { Volume } from './slices';

const SIDE = 24;

/** What a browser's canvas gives, as far as the painter asks. */
function canvas(columns: number, rows: number) {
  const [width, height] = [columns * SIDE, rows * SIDE];
  const drawn = { pixels: new Uint32Array(width * height), lines: 0 };
  const context = {
    lineWidth: 1,
    createImageData: (w: number, h: number) => ({
      width: w,
      height: h,
      data: new Uint8ClampedArray(w * h * 4),
    }),
    putImageData: (image: { data: Uint8ClampedArray }, ...[, , , y = 0, , h = height]: number[]) => {
      const lines = new Uint32Array(image.data.buffer).subarray(y * width, (y + h) * width);
      drawn.pixels.set(lines, y * width);
      drawn.lines += h;
    },
  };
  /** As a new size does, the same one too. */
  const clear = () => {
    drawn.pixels.fill(0);
    context.lineWidth = 1;
  };
  return {
    element: { width, height, getContext: () => context } as unknown as HTMLCanvasElement,
    drawn,
    width,
    clear,
  };
}

function waves(): Volume {
  const values = Float32Array.from(
    { length: 80 * 80 * 64 },
    (_, at) => 0.5 + 0.5 * Math.sin(at * 0.013) * Math.cos(at * 0.00071),
  );
  return { dims: [80, 80, 64], spacing: 2, values, ventricle: { apex_k: 8, base_k: 48, radius_mm: 26 } };
}

const heart = waves();
const volumes = { '1 stress': heart, '1 rest': heart };
const scene: Scene = {
  tiles: arrange(paired(12, 2), volumes, {}).tiles,
  rows: 8,
  columns: 12,
  table: 'ten_step',
  windows: { stress: { low: 0, high: 1 }, rest: { low: 0, high: 1 } },
  interpolate: true,
};

describe('the picture', () => {
  it('of a ten-step table has those ten colours and no blend of them', () => {
    const { element, drawn } = canvas(12, 8);
    cpuPainter(element).draw(scene, volumes, SIDE);
    expect(new Set(drawn.pixels)).toEqual(new Set(new Uint32Array(colours('ten_step').buffer)));
  });

  it('follows the window of each state alone', () => {
    const { element, drawn, width } = canvas(12, 8);
    const painter = cpuPainter(element);
    painter.draw(scene, volumes, SIDE);
    const before = drawn.pixels.slice();
    painter.draw({ ...scene, windows: { ...scene.windows, rest: { low: 0.2, high: 0.6 } } }, volumes, SIDE);
    const row = (pixels: Uint32Array, number: number) =>
      pixels.subarray(number * SIDE * width, (number + 1) * SIDE * width).join();
    expect(row(drawn.pixels, 0)).toBe(row(before, 0));
    expect(row(drawn.pixels, 1)).not.toBe(row(before, 1));
  });

  it('draws only rows that change, and all of them after the canvas was cleared', () => {
    const { element, drawn, clear } = canvas(12, 8);
    const painter = cpuPainter(element);
    const lines = (next: Scene) => {
      drawn.lines = 0;
      painter.draw(next, volumes, SIDE);
      return drawn.lines;
    };
    const moved = { ...scene, tiles: arrange(paired(12, 2), volumes, { VLA: { stress: 1 } }).tiles };
    const coloured = { ...moved, table: 'gray' as const };
    expect([scene, scene, moved, coloured].map(lines)).toEqual([8 * SIDE, 0, SIDE, 8 * SIDE]);
    const complete = drawn.pixels.join();
    clear();
    expect(lines(coloured)).toBe(8 * SIDE);
    expect(drawn.pixels.join()).toBe(complete);
    const other = canvas(12, 8);
    cpuPainter(other.element).draw(coloured, volumes, SIDE);
    expect(other.drawn.pixels.join()).toBe(complete);
  });

  it('leaves nothing of tiles that are gone', () => {
    const { element, drawn } = canvas(12, 8);
    const painter = cpuPainter(element);
    painter.draw(scene, volumes, SIDE);
    painter.draw({ ...scene, tiles: scene.tiles.slice(1) }, volumes, SIDE);
    expect(drawn.pixels.subarray(0, SIDE - 1)).toEqual(new Uint32Array(SIDE - 1).fill(0xff000000));
  });
});
