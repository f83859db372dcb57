// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GridPicture } from './painter';
import type { Scene } from './scene';

const SCENE: Scene = { tiles: [], rows: 1, columns: 1, table: 'gray', windows: {}, interpolate: true };
const SIDE = 24;

let put = 0;
/** A browser without WebGL2. */
beforeEach(() => {
  put = 0;
  const context = {
    lineWidth: 1,
    createImageData: (width: number, height: number) => ({
      width,
      height,
      data: new Uint8ClampedArray(width * height * 4),
    }),
    putImageData: () => {
      put++;
    },
  };
  const given = (kind: string) => (kind === '2d' ? context : null);
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(given as never);
});

afterEach(() => {
  vi.restoreAllMocks();
});

it('The first picture is said to be drawn once it is, where the painter must be fetched first', async () => {
  const host = document.body.appendChild(document.createElement('div'));
  const picture = new GridPicture(host, {});
  let isDrawn = false;
  void picture.drawn.then(() => {
    isDrawn = true;
  });
  picture.resize(SIDE, SCENE, 1);
  await Promise.resolve();
  expect([isDrawn, put]).toEqual([false, 0]);
  await picture.drawn;
  expect(put).toBeGreaterThan(0);
});

it('Whether there is a graphics processor is not asked again because a picture was closed', () => {
  const host = document.body.appendChild(document.createElement('div'));
  const closed = new GridPicture(host, {});
  const canvas = host.querySelector('canvas');
  closed.destroy();
  canvas?.dispatchEvent(new Event('webglcontextlost'));
  const asked = vi.mocked(HTMLCanvasElement.prototype.getContext);
  asked.mockClear();
  new GridPicture(host, {}).destroy();
  expect(asked).not.toHaveBeenCalled();
});
