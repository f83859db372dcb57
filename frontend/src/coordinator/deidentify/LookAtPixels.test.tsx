// @vitest-environment jsdom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { tilingOf } from './ContactSheet';
import { boxBetween, brightest, greyLevels } from './draw';
import { LookAtPixels } from './LookAtPixels';
import type { Frames, Looked } from './types';

let host: HTMLDivElement;
let root: Root;

beforeAll(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, ImageData: class {} });
  // jsdom has no canvas: what is put on it is on the screen.
  const canvas = { putImageData: () => {}, clearRect: () => {} };
  HTMLCanvasElement.prototype.getContext = (() => canvas) as never;
  await setLanguage('en');
});
beforeEach(() => {
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
});

const values = [
  [0, 10, 20, 30],
  [9, 9, 9, 99],
];
const frames = (count: number, inverted = false): Frames => ({
  rows: 2,
  columns: 2,
  count,
  low: 0,
  high: 99,
  inverted,
  frame: async (n) => values[n] ?? [],
});

async function shown(count: number): Promise<Looked[]> {
  const decided: Looked[] = [];
  await act(async () =>
    root.render(<LookAtPixels frames={frames(count)} onDecide={(looked) => decided.push(looked)} />),
  );
  return decided;
}

const button = (name: string) =>
  [...host.querySelectorAll('button')].find(
    (element) => (element.getAttribute('aria-label') ?? element.textContent) === name,
  ) as HTMLButtonElement;
const click = (name: string) => act(async () => button(name).click());
const press = (key: string) =>
  act(async () => {
    const on = host.querySelector('.look-views button') ?? host;
    on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });
const number = (label: string) =>
  [...host.querySelectorAll('label')]
    .find((element) => element.textContent === label)
    ?.querySelector('input') as HTMLInputElement;
const type = (input: HTMLInputElement, value: string) =>
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });

describe('the look at the pixels', () => {
  it('takes the word of the person who saw all frames', async () => {
    const decided = await shown(2);
    expect(host.querySelectorAll('.look-tile')).toHaveLength(2);
    expect(host.textContent).toContain('All frames have been shown');
    await click('No text anywhere');
    await click('Do not send this file');
    expect(decided).toEqual([{ decision: 'clean' }, { decision: 'leave_out' }]);
  });

  it('counts a page of frames when it is shown, and says how many are left', async () => {
    await shown(40); // 16 on a page of the usual width
    expect(host.textContent).toContain('Frames 1–16 of 40');
    expect(host.textContent).toContain('24 frames have not been shown yet');
    expect(button('No text anywhere').disabled).toBe(true);
    await click('Next →');
    expect(host.textContent).toContain('8 frames have not been shown yet');
    await press('ArrowRight');
    expect(host.textContent).toContain('Frames 33–40 of 40');
    expect(button('No text anywhere').disabled).toBe(false);
    await press('ArrowRight');
    expect(host.textContent).toContain('Frames 33–40 of 40');
  });

  it('counts no frame that was seen only in the brightest of all', async () => {
    await shown(40);
    await click('Brightest of all');
    expect(host.textContent).toContain('24 frames have not been shown yet');
    expect(button('No text anywhere').disabled).toBe(true);
  });

  it('goes through single frames by the arrow keys, and counts only those', async () => {
    await shown(40);
    await click('Frame 16: show it large');
    expect(host.textContent).toContain('24 frames have not been shown yet');
    await press('ArrowRight');
    await press('ArrowRight');
    await press('ArrowLeft');
    expect(host.textContent).toContain('Frame 17 of 40');
    expect(host.textContent).toContain('22 frames have not been shown yet');
  });

  it('does not count a frame that could not be shown', async () => {
    const broken = {
      ...frames(2),
      frame: (n: number) => (n ? Promise.reject(new Error()) : frames(2).frame(n)),
    };
    await act(async () => root.render(<LookAtPixels frames={broken} onDecide={() => {}} />));
    expect(host.textContent).toContain('1 frame has not been shown yet');
    expect(button('No text anywhere').disabled).toBe(true);
  });

  it('blanks boxes that were made by numbers; a box cannot be turned inside out', async () => {
    const decided = await shown(1);
    await click('Add a box by numbers');
    expect(button('No text anywhere').disabled).toBe(true);
    await type(number('Left'), '7');
    expect([number('Left').value, number('Right').value]).toEqual(['1', '2']);
    await type(number('Bottom'), '2');
    await click('Blank 1 box');
    expect(decided).toEqual([
      { decision: 'blank', blank: [{ frame: null, left: 1, top: 0, right: 2, bottom: 2 }] },
    ]);
    await click('Remove box 1');
    expect(button('No text anywhere').disabled).toBe(false);
  });
});

describe('the look without a decision', () => {
  it('has nothing to decide', async () => {
    await act(async () => root.render(<LookAtPixels frames={frames(2)} lead="Look." />));
    expect(host.querySelectorAll('.actions')).toHaveLength(0);
    expect(host.textContent).toContain('Look.');
    expect(host.querySelectorAll('input[type=range]')).toHaveLength(2);
  });
});

describe('a contact sheet', () => {
  const most = (width: number, rows: number, columns: number) => tilingOf(width, { rows, columns });
  it('has tiles of at least 96 pixels, and drops no pixel of a frame', () => {
    expect(most(460, 64, 64)).toEqual({ across: 4, perPage: 16 });
    expect(most(648, 64, 64)).toEqual({ across: 6, perPage: 36 });
    expect(most(648, 128, 128)).toEqual({ across: 4, perPage: 16 });
    expect(most(460, 512, 512)).toEqual({ across: 1, perPage: 1 });
    expect(most(460, 128, 64)).toEqual({ across: 4, perPage: 8 });
    expect(most(60, 64, 64)).toEqual({ across: 1, perPage: 1 });
  });
});

describe('drawing', () => {
  it('shows the brightest value of all frames, the darkest number where the scale is inverted', async () => {
    expect([...(await brightest(frames(2)))]).toEqual([9, 10, 20, 99]);
    expect([...(await brightest(frames(2, true)))]).toEqual([0, 9, 9, 30]);
  });

  it('goes from black to white over the window', () => {
    const grey = (inverted: boolean) =>
      [...greyLevels([-5, 0, 5, 10, 50], { low: 0, high: 10, inverted })].filter((_, n) => n % 4 === 0);
    expect(grey(false)).toEqual([0, 0, 128, 255, 255]);
    expect(grey(true)).toEqual([255, 255, 128, 0, 0]);
  });

  it('makes a box of whole pixels within the image from any two corners', () => {
    const size = { rows: 4, columns: 6 };
    expect(boxBetween([3.2, 1.5], [1.1, 9], size)).toEqual({ left: 1, top: 1, right: 4, bottom: 4 });
    expect(boxBetween([2, 2], [2, 3], size)).toBeNull();
    expect(boxBetween([7, 1], [9, 3], size)).toBeNull();
  });
});
