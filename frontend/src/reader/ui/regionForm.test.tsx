// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { BRAIN, drafted } from '../ledger/forms.testing';
import { RegionForm } from './RegionForm';

const nothing = () => {};

async function heads(withDifference: boolean): Promise<string[]> {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const draft = drafted(BRAIN, { perfusion: { 1: 3, 2: 1 } });
  const focus = { state: 'perfusion', segment: 1 };
  const doing = { onFocus: nothing, onHover: nothing, onAnswer: nothing };
  await act(async () =>
    root.render(
      <RegionForm
        form={BRAIN}
        draft={draft}
        focus={focus}
        disabled={false}
        withDifference={withDifference}
        {...doing}
      />,
    ),
  );
  const found = [...host.querySelectorAll('thead th, tbody tr:first-child td')].map(
    (cell) => cell.textContent ?? '',
  );
  act(() => root.unmount());
  host.remove();
  return found;
}

test('the patient’s right is at the left, as in the map; a difference is shown only with the sums', async () => {
  const [region, right, left, , , ...first] = await heads(true);
  expect([region, right, left]).toEqual(['Region', 'Right', 'Left']);
  expect(first.slice(0, 3)).toEqual(['1', '3', 'L 2']);
  const without = await heads(false);
  expect(without.slice(0, 3)).toEqual(['Region', 'Right', 'Left']);
  expect(without.join()).not.toContain('L 2');
});

test('where a press scores, the way through the map by Tab and a press that is not a click do not', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const done: string[] = [];
  await act(async () =>
    root.render(
      <RegionForm
        form={BRAIN}
        draft={drafted(BRAIN, {})}
        focus={{ state: 'perfusion', segment: 1 }}
        disabled={false}
        withDifference={false}
        onFocus={({ segment }) => done.push(`focus ${segment}`)}
        onPress={({ segment }) => done.push(`press ${segment}`)}
        onHover={nothing}
        onAnswer={nothing}
      />,
    ),
  );
  const region = host.querySelector('[data-site="2"]') as SVGElement;
  act(() => region.focus());
  act(() => void region.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true, button: 2 })));
  expect(done).toEqual(['focus 2']);
  act(() => void region.dispatchEvent(new MouseEvent('click', { bubbles: true })));
  expect(done).toEqual(['focus 2', 'press 2']);
  act(() => root.unmount());
  host.remove();
});
