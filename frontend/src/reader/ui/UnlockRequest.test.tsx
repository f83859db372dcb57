// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import type { Unlock } from '../api';
import { UnlockRequest } from './UnlockRequest';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('A request after a refusal says its own reason, as the server has it', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  const refused: Unlock = {
    state: 'refused',
    reason: 'the old reason',
    requested_at: '2026-01-01T00:00:00Z',
    answer: 'no',
  };
  const asked = { state: 'requested', reason: 'as kept', requested_at: '2026-11-21T12:00:00Z', answer: '' };
  vi.stubGlobal('fetch', async () => Response.json(asked, { status: 201 }));
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  await act(async () => root.render(<UnlockRequest token="a-read" unlock={refused} />));
  const reason = host.querySelector('textarea') as HTMLTextAreaElement;
  const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value') ?? {};
  await act(async () => {
    set?.call(reason, 'as written');
    reason.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(async () => {
    host.querySelector('form')?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  });
  expect(host.textContent).toContain('as kept');
  expect(host.textContent).toContain('2026');
  expect(host.textContent).not.toContain('the old reason');
  act(() => root.unmount());
  host.remove();
});
