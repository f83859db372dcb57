// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { drafted, EMPTY_HEART, HEART } from '../ledger/forms.testing';
import { AllNormalSheet } from './AllNormalSheet';

const nothing = () => {};

/** What has the focus, and what is said, as the dialog opens. */
async function opened(draft: typeof EMPTY_HEART): Promise<[focused: string, said: string]> {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  // Not part of this environment.
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= nothing;
  await setLanguage('en');
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  await act(async () =>
    root.render(
      <AllNormalSheet form={HEART} state="stress" draft={draft} onScore={nothing} onClose={nothing} />,
    ),
  );
  const found: [string, string] = [
    document.activeElement?.textContent ?? '',
    [...host.querySelectorAll('p')].map((line) => line.textContent).join(' '),
  ];
  act(() => root.unmount());
  host.remove();
  return found;
}

it('offers the state in focus where nothing is lost', async () => {
  expect(await opened(EMPTY_HEART)).toEqual([
    'Stress only',
    'All 17 segments get the score 0: “Stress only” or “Stress and Rest”. This can be undone.',
  ]);
});

it('has the focus on Cancel where a score would be replaced, and says by which button', async () => {
  const [focused, said] = await opened(drafted(HEART, { stress: { 4: 3 }, rest: { 4: 1, 5: 'NE' } }));
  expect(focused).toBe('Cancel');
  expect(said).toContain('1 by “Stress only”, 3 by “Stress and Rest”');
});
