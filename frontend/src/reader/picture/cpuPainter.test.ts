import { describe, expect, it } from 'vitest';
import { colours } from './colours';
import { cpuPainter } from './cpuPainter';
import { arrange, DEFAULT_LAYOUT, NO_SHIFT } from './layout';
import type { Scene } from './painter';
import type { Volume } from './slices';

const SIDE = 24;

/** What a browser's canvas gives, as far as the painter asks. */
function canvas(columns: number, rows: number) {
  const [width, height] = [columns * SIDE, rows * SIDE];
  const drawn: { pixels: Uint32Array } = { pixels: new Uint32Array() };
  const context = {
    createImageData: (w: number, h: number) => ({ data: new Uint8ClampedArray(w * h * 4) }),
    putImageData: (image: { data: Uint8ClampedArray }) => {
      drawn.pixels = new Uint32Array(image.data.buffer);
    },
  };
  return {
    element: { width, height, getContext: () => context } as unknown as HTMLCanvasElement,
    drawn,
    width,
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
const volumes = { stress: heart, rest: heart };
const scene: Scene = {
  tiles: arrange(DEFAULT_LAYOUT, volumes, NO_SHIFT).tiles,
  rows: 8,
  columns: 12,
  table: 'ten_step',
  windows: { stress: { low: 0, high: 1 }, rest: { low: 0, high: 1 } },
};

describe('the picture', () => {
  it('of a ten-step table has those ten colours and no blend of them', () => {
    const { element, drawn } = canvas(12, 8);
    cpuPainter(element, volumes).draw(scene, SIDE);
    expect(new Set(drawn.pixels)).toEqual(new Set(new Uint32Array(colours('ten_step').buffer)));
  });

  it('follows the window of each state alone', () => {
    const { element, drawn, width } = canvas(12, 8);
    const painter = cpuPainter(element, volumes);
    painter.draw(scene, SIDE);
    const before = drawn.pixels;
    painter.draw({ ...scene, windows: { ...scene.windows, rest: { low: 0.2, high: 0.6 } } }, SIDE);
    const row = (pixels: Uint32Array, number: number) =>
      pixels.subarray(number * SIDE * width, (number + 1) * SIDE * width).join();
    expect(row(drawn.pixels, 0)).toBe(row(before, 0));
    expect(row(drawn.pixels, 1)).not.toBe(row(before, 1));
  });
});
