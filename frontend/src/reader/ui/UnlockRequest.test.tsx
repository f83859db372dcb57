// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { SessionContext } from '../../shared/session';
import type { Unlock } from '../api';
import { UnlockRequest } from './UnlockRequest';

afterEach(() => {
  vi.unstubAllGlobals();
});

const READER = {
  user: { id: 'me', email: 'reader@example.org', full_name: 'Reader', language: 'en', is_staff: false },
  memberships: [],
} as const;

const write = (field: HTMLInputElement | HTMLTextAreaElement | null, text: string) =>
  act(async () => {
    if (!field) throw new Error('There is nothing to write in.');
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });

const send = (form: Element | null) =>
  act(async () => {
    form?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
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
  await write(host.querySelector('textarea'), 'as written');
  await send(host.querySelector('form'));
  expect(host.textContent).toContain('as kept');
  expect(host.textContent).toContain('2026');
  expect(host.textContent).not.toContain('the old reason');
  act(() => root.unmount());
  host.remove();
});

it('A reason stays where the session has ended, and is sent once the reader has signed in again', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  let signedIn = false;
  const left = vi.fn();
  vi.stubGlobal('location', { pathname: '/reading', search: '', assign: left });
  const requested = { state: 'requested', requested_at: '2026-11-21T12:00:00Z', answer: '' };
  vi.stubGlobal('fetch', async (address: string, how: RequestInit) => {
    if (address === '/api/session') return Response.json(READER);
    if (address.startsWith('/accounts/')) {
      signedIn ||= how.method === 'POST';
      return { ok: false, status: 0, type: 'opaqueredirect' };
    }
    if (!signedIn) return Response.json({ code: 'not_authenticated', message: 'No.' }, { status: 401 });
    return Response.json({ ...requested, ...JSON.parse(String(how.body)) }, { status: 201 });
  });
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  await act(async () =>
    root.render(
      <SessionContext value={READER as never}>
        <UnlockRequest token="a-read" unlock={null} />
      </SessionContext>,
    ),
  );
  await write(host.querySelector('textarea'), 'a slip of the key');
  await send(host.querySelector('form'));
  expect(host.querySelector('textarea')?.value).toBe('a slip of the key');
  expect(host.querySelector('[role=alert]')?.textContent).toContain('still here');
  await write(host.querySelector('input'), 'a password');
  await send(host.querySelector('.reader-again'));
  await vi.waitFor(() =>
    expect(host.querySelector('.unlock-state')?.textContent).toContain('a slip of the key'),
  );
  expect(left).not.toHaveBeenCalled();
  act(() => root.unmount());
  host.remove();
});
