// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it } from 'vitest';
import { SessionContext } from '../../shared/session';
import { useKeys } from './useKeys';

const READER = { user: { id: 'me' }, memberships: [] } as never;

function Page() {
  useKeys(
    false,
    () => {},
    () => {},
  );
  return <textarea />;
}

it('Until a dialog is there nothing is pasted into the text behind it, and the keys of the browser stay its own', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  await act(async () =>
    root.render(
      <SessionContext value={READER}>
        <Page />
      </SessionContext>,
    ),
  );
  const press = (on: Element | null, key: string, more: KeyboardEventInit = {}) =>
    on?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  const text = host.querySelector('textarea');
  const ctrl = { ctrlKey: true };
  expect(['v', 'z', 'Backspace'].map((key) => press(text, key, ctrl))).toEqual([false, false, false]);
  expect([press(text, 'v', { metaKey: true }), press(text, 'x')]).toEqual([false, false]);
  expect([press(text, 'F5'), press(host, 'r', ctrl), press(host, '+', ctrl)]).toEqual([true, true, true]);
  act(() => root.unmount());
  host.remove();
});
