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
