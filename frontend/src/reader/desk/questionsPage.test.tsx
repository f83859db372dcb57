// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import { Route, Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { setLanguage } from '../../shared/i18n';
import { SessionContext } from '../../shared/session';
import QuestionsPage from './QuestionsPage';

afterEach(() => {
  vi.unstubAllGlobals();
});

const READER = { user: { id: 'me', email: 'reader@example.org', full_name: 'Reader' }, memberships: [] };
const reads = [{ number: 1, signed_at: '2026-11-21T12:00:00Z' }];
const ASKED = { title: '', simulated: true, session: 1, reads, recall: true, arms: [], guessed: [] };

it('Where the session has ended the answers stay, and say whose they are once the reader has signed in', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  const left = vi.fn();
  vi.stubGlobal('location', { ...window.location, assign: left });
  let signedIn = false;
  const answered: unknown[] = [];
  vi.stubGlobal('fetch', async (address: string, { method, body }: RequestInit) => {
    if (address === '/api/session') return Response.json(READER);
    if (address.startsWith('/accounts/')) {
      signedIn ||= method === 'POST';
      return { ok: false, status: 0, type: 'opaqueredirect' };
    }
    if (method !== 'POST') return Response.json(ASKED);
    if (!signedIn) return Response.json({ code: 'not_authenticated', message: 'No.' }, { status: 401 });
    answered.push(JSON.parse(String(body)));
    return new Response(null, { status: 204 });
  });
  const { hook, history } = memoryLocation({ path: '/reading/questions/a-study/1', record: true });
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  await act(async () =>
    root.render(
      <SessionContext value={READER as never}>
        <QueryClientProvider client={new QueryClient()}>
          <Router hook={hook}>
            <Route path="/reading/questions/:study/:session">
              <QuestionsPage />
            </Route>
          </Router>
        </QueryClientProvider>
      </SessionContext>,
    ),
  );
  const send = (form: Element | null) =>
    act(async () => {
      form?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    });
  const shown = (field: string) =>
    vi.waitFor(() => {
      const found = host.querySelector<HTMLInputElement>(field);
      if (!found) throw new Error(`There is no ${field} yet.`);
      return found;
    });
  const no = await shown('input[type=radio]');
  await act(async () => no.click());
  await send(host.querySelector('[data-testid=session-questions]'));
  const password = await shown('input[type=password]');
  expect([no.isConnected, no.checked, left.mock.calls]).toEqual([true, true, []]);
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(password, 'a password');
    password.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await send(host.querySelector('.reader-again'));
  await vi.waitFor(() => expect(history.at(-1)).toBe('/reading'));
  const recall = { seen: 'no', reads: null, positions: [] };
  expect(answered).toEqual([{ reader: 'me', recall, guesses: [] }]);
  act(() => root.unmount());
  host.remove();
});
