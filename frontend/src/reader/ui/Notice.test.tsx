// @vitest-environment jsdom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { SessionContext } from '../../shared/session';
import { HEART, READ } from '../ledger/forms.testing';
import { Server } from '../ledger/server.testing';
import { memoryLedger } from '../ledger/store';
import { Reading, type Snapshot } from '../session/reading';
import { Notice } from './Notice';

const READER = {
  user: { id: 'me', email: 'reader@example.org', full_name: 'Reader', language: 'en', is_staff: false },
  memberships: [],
} as const;

let server: Server;
let reading: Reading;
let host: HTMLElement;
let root: Root;
/** What the server says when it is asked for the read. */
let answers: () => Promise<Response>;

/** Scored here and elsewhere. */
beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  server = new Server(HEART, READ.token);
  const { lastSeq, lastHash } = await server.reached();
  reading = new Reading({ ...READ, last_seq: lastSeq, last_hash: lastHash }, memoryLedger(), [], server);
  reading.drawn();
  reading.setWritable(true);
  reading.score(1);
  await reading.retry();
  const seq = server.events.length + 1;
  const elsewhere = { kind: 'score', state: 'stress', segment: 2, value: 4 } as const;
  server.events.push({ ...elsewhere, id: 'other', seq, elapsed_ms: 0, at: '' });
  reading.score(2);
  await reading.retry();
  expect(reading.snapshot().save.kind).toBe('conflict');
  answers = async () => Response.json(await server.latest());
  vi.stubGlobal('fetch', () => answers());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  root.unmount();
  host.remove();
});

async function mount(onReopen = () => {}): Promise<void> {
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
  await show({}, onReopen);
}

/** The read goes on under the notice. */
async function show(part: Partial<Snapshot>, onReopen = () => {}): Promise<void> {
  const snapshot = { ...reading.snapshot(), ...part };
  await act(async () =>
    root.render(
      <SessionContext value={READER as never}>
        <Notice reading={reading} snapshot={snapshot} onTakeOver={() => {}} onReopen={onReopen} />
      </SessionContext>,
    ),
  );
}

const pressEscape = () =>
  act(async () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })));
const password = () => host.querySelector<HTMLInputElement>('input[type=password]');

const buttons = () => [...host.querySelectorAll('button')];
const disabled = () => buttons().map((button) => button.disabled);
const comesTo = async (expected: () => void) => {
  await act(() => vi.runOnlyPendingTimersAsync());
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
  await vi.waitFor(expected);
};

it('Nothing is thrown away before what the server has is shown, and it is asked for until it answers', async () => {
  answers = async () => {
    throw new TypeError('No network.');
  };
  await mount();
  expect(disabled()).toEqual([true, true]);
  await act(() => vi.runOnlyPendingTimersAsync());
  expect(disabled()).toEqual([true, true]);
  answers = async () => Response.json(await server.latest());
  await comesTo(() => expect(disabled()).toEqual([false, false]));
  expect(host.querySelectorAll('tbody tr')).toHaveLength(1);
});

it('Who was signed out meanwhile signs in here, and then chooses', async () => {
  answers = async () => Response.json({ code: 'not_authenticated', message: 'Who?' }, { status: 401 });
  await mount();
  expect(password()).not.toBeNull();
  answers = async () => Response.json(await server.latest());
  await comesTo(() => expect(disabled()).toEqual([false, false]));
  expect(password()).toBeNull();
});

it('A read that is signed there, or whose next step is open, is opened anew', async () => {
  const onReopen = vi.fn();
  server.step = 2;
  await mount(onReopen);
  await comesTo(() => expect(onReopen).toHaveBeenCalled());
});

it('A tab that has lost the read offers only to take it back', async () => {
  reading.setWritable(false);
  await mount();
  expect(buttons().map(({ textContent }) => textContent)).toEqual(['Work here instead']);
});

it('The field for the password stays while somebody types there, though all is well again meanwhile', async () => {
  await mount();
  await show({ save: { kind: 'signedOut', waiting: 0 } });
  const typed = password();
  await act(async () => typed?.focus());
  await act(() => vi.runOnlyPendingTimersAsync());
  await show({ save: { kind: 'saved', at: null } });
  expect(password()).toBe(typed);
  expect(document.activeElement).toBe(typed);
  await act(async () => typed?.blur());
  await act(() => vi.runOnlyPendingTimersAsync());
  expect(password()).toBeNull();
});

it('Escape puts away what is seen, and nothing that was never shown', async () => {
  const heard = vi.spyOn(reading, 'heard');
  await mount();
  await show({ save: { kind: 'signedOut', waiting: 0 }, told: { kind: 'elsewhere' } });
  await pressEscape();
  expect(password()).toBeNull();
  expect(host.textContent).toContain('Another computer');
  expect(heard).not.toHaveBeenCalled();
  await pressEscape();
  expect(heard).toHaveBeenCalledOnce();
});
