// @vitest-environment jsdom
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { ColourScale } from './ColourScale';
import { SegmentTable } from './SegmentTable';
import { type Shown, UNCERTAINTY_SCALE } from './scales';
import { TABLES } from './tables';
import { NoProof, NoUncertainty, UncertaintyNote } from './UncertaintyNote';
import { UncertaintySwitch } from './UncertaintySwitch';

let host: HTMLDivElement;
let root: Root;

beforeAll(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
});
beforeEach(() => {
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});
afterEach(async () => {
  act(() => root.unmount());
  document.body.replaceChildren();
  await setLanguage('en');
});

function render(node: ReactNode): HTMLDivElement {
  act(() => root.render(node));
  return host;
}

const SEGMENTS = Array.from({ length: 17 }, (_, index) => 60 + index);
const SPREAD = SEGMENTS.map((_, index) => index / 2);

const cells = (row: Element | null | undefined) => [...(row?.children ?? [])].map((cell) => cell.textContent);

describe('the numbers of the segments', () => {
  it('have the uncertainty of each in a column of its own', () => {
    const table = render(<SegmentTable segments={SEGMENTS} uncertainty={SPREAD} />);
    expect(cells(table.querySelector('thead tr'))).toEqual(['Segment', 'Uptake, %', 'Uncertainty, points']);
    const rows = [...table.querySelectorAll('tbody tr')];
    expect(rows).toHaveLength(17);
    expect(cells(rows[9])).toEqual(['10 Mid inferior', '69.0', '4.5']);
  });

  it('stand alone where an image has no uncertainty', () => {
    const table = render(<SegmentTable segments={SEGMENTS} uncertainty={null} />);
    expect(cells(table.querySelector('thead tr'))).toEqual(['Segment', 'Uptake, %']);
    expect(cells(table.querySelectorAll('tbody tr')[9])).toEqual(['10 Mid inferior', '69.0']);
  });
});

describe('the switch', () => {
  const press = (target: EventTarget, more: KeyboardEventInit = {}) =>
    act(() => target.dispatchEvent(new KeyboardEvent('keydown', { key: 'u', bubbles: true, ...more })));

  function flipped(): Shown[] {
    const asked: Shown[] = [];
    const show = (shown: Shown) => {
      asked.push(shown);
      draw(shown);
    };
    const draw = (shown: Shown) => root.render(<UncertaintySwitch shown={shown} onShow={show} />);
    act(() => draw('image'));
    return asked;
  }

  it('flips by key and by mouse, and says which is shown', () => {
    const asked = flipped();
    const box = host.querySelector('input') as HTMLInputElement;
    press(document.body);
    expect(box.checked).toBe(true);
    press(document.body);
    expect(box.checked).toBe(false);
    act(() => box.click());
    expect(asked).toEqual(['uncertainty', 'image', 'uncertainty']);
  });

  it('leaves the key to those who type and to the browser', () => {
    const asked = flipped();
    const reason = document.createElement('textarea');
    document.body.append(reason);
    press(reason);
    press(document.body, { ctrlKey: true });
    press(document.body, { key: 'x' });
    expect(asked).toEqual([]);
  });

  it('does not flicker while the key is held', () => {
    const asked = flipped();
    press(document.body);
    press(document.body, { repeat: true });
    expect(asked).toEqual(['uncertainty']);
  });
});

describe('the legend', () => {
  it('is in points, ends openly, and is in the colours of no image', () => {
    render(<ColourScale scale={UNCERTAINTY_SCALE} label="points" />);
    const marks = [...host.querySelectorAll('.colour-scale-marks span')].map((mark) => mark.textContent);
    expect(marks).toEqual(['0', '2', '4', '6', '8', '≥ 10']);
    expect(UNCERTAINTY_SCALE.window.high * 100).toBe(UNCERTAINTY_SCALE.marks.at(-1));
    expect(TABLES).not.toContain(UNCERTAINTY_SCALE.table);
  });
});

describe('the words', () => {
  it('say what it is, what it is not, and who does not see it', () => {
    const text = render(<UncertaintyNote members={3} />).textContent;
    for (const said of [
      'mean of 3 networks',
      'no probability',
      'simulated patients',
      'Readers never see it.',
    ])
      expect(text).toContain(said);
  });

  it('say it in Japanese too', async () => {
    await act(() => setLanguage('ja'));
    const text = render(<UncertaintyNote members={3} />).textContent;
    for (const said of [
      '3個のネットワーク',
      '確率でも誤差の大きさでもありません',
      '読影医には表示されません。',
    ])
      expect(text).toContain(said);
  });

  it('say beside the picture that agreement is no proof, in both languages', async () => {
    const text = render(<NoProof />);
    expect(text.textContent).toBe('That the networks agree does not prove that they are right.');
    await act(() => setLanguage('ja'));
    expect(text.textContent).toBe('ネットワークの出力が一致していても、正しいとは限りません。');
  });

  it('say that an earlier image has none', () => {
    expect(render(<NoUncertainty />).textContent).toContain('There is no uncertainty for this image');
  });
});
