// @vitest-environment jsdom
import 'fake-indexeddb/auto';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../../shared/api';
import { setLanguage } from '../../shared/i18n';
import { SessionContext } from '../../shared/session';
import type { Entry } from '../ledger/events';
import { type LedgerStore, openLedger } from '../ledger/store';
import { RefusedCard } from './RefusedCard';

const TOKEN = 'a-read';
const READER = {
  user: { id: 'me', email: 'reader@example.org', full_name: 'Reader', language: 'en', is_staff: false },
  memberships: [],
} as const;

const waiting = (seq: number): Entry => ({
  token: TOKEN,
  step: 1,
  seq,
  sent: false,
  act: `act ${seq}`,
  how: 'act',
  before: null,
  event: { id: `${seq}`, seq, kind: 'score', state: 'stress', segment: 2, value: 2, elapsed_ms: 1, at: '' },
});

let store: LedgerStore;
let host: HTMLElement;
let root: Root;
beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  store = await openLedger('me');
  await store.replace(TOKEN, [waiting(1), waiting(2)], [waiting(-1)]);
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

async function refused(status: number, code: string): Promise<void> {
  const problem = new ApiError(status, code, 'Not now.');
  await act(async () =>
    root.render(
      <SessionContext value={READER as never}>
        <RefusedCard token={TOKEN} problem={problem} onAgain={() => {}} />
      </SessionContext>,
    ),
  );
}

const button = (name: string) => [...host.querySelectorAll('button')].find((one) => one.textContent === name);
const told = () => vi.waitFor(() => expect(host.textContent).toContain('3 changes of this read'));

it.each([
  [404, 'not_found'],
  [423, 'study_locked'],
])('says what waits for a read that may never open again (%i), and lets go of it', async (status, code) => {
  await refused(status, code);
  await told();
  await act(async () => button('Remove from this computer for good')?.click());
  await vi.waitFor(async () => expect(await store.load(TOKEN)).toEqual([]));
  expect(await store.aside(TOKEN)).toEqual([]);
  await vi.waitFor(() => expect(host.textContent).not.toContain('changes of this read'));
});

it('lets nothing go that waits for a certificate', async () => {
  await refused(423, 'not_qualified');
  await told();
  expect(button('Remove from this computer for good')).toBeUndefined();
});

it('asks who was signed out to sign in again', async () => {
  await refused(403, 'not_authenticated');
  expect(host.querySelector('input[type=password]')).not.toBeNull();
  expect(host.textContent).toContain('You were signed out.');
});
