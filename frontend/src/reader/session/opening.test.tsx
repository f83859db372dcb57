// @vitest-environment jsdom
import 'fake-indexeddb/auto';
import { createElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chained, chainStart } from '../ledger/chain';
import { type Entry, marksOf } from '../ledger/events';
import { READ } from '../ledger/forms.testing';
import { Server } from '../ledger/server.testing';
import { type LedgerStore, openLedger } from '../ledger/store';
import { type Opened, useOpened } from './opening';
import { Ahead } from './prefetch';

function done(seq: number, sent: boolean): Entry {
  const at = '2026-11-21T12:00:00.000Z';
  return {
    token: READ.token,
    step: 1,
    seq,
    sent,
    act: `act ${seq}`,
    how: 'act',
    before: null,
    event: { id: `${seq}`, seq, kind: 'score', state: 'stress', segment: seq, value: 2, elapsed_ms: 1, at },
  };
}

let store: LedgerStore;
let root: Root;
beforeEach(async () => {
  store = await openLedger('me');
  await store.clear(READ.token);
});
afterEach(() => {
  root.unmount();
  vi.unstubAllGlobals();
});

const opened = (state: string) => openedAs({ ...READ, state, draft: null });

async function openedAs(read: object): Promise<Opened> {
  vi.stubGlobal('fetch', async () => Response.json(read));
  return (await page())();
}

/** What the page shows, once it does. */
async function page(): Promise<() => Opened> {
  let seen: Opened = { kind: 'opening' };
  const ahead = new Ahead();
  const Page = () => {
    seen = useOpened(READ.token, 'me', 0, ahead, false);
    return null;
  };
  root = createRoot(document.createElement('div'));
  root.render(createElement(Page));
  await vi.waitFor(() => expect(seen.kind).not.toBe('opening'));
  return () => seen;
}

it('A read whose turn it is not keeps what waits for it on this computer', async () => {
  await store.write([done(1, true), done(2, true), done(3, false)]);
  expect(await opened('ahead')).toEqual({ kind: 'ahead', unsent: 1 });
  expect(await store.load(READ.token)).toHaveLength(3);
});

it('A read that was signed elsewhere says how many changes it lacks before they are forgotten', async () => {
  await store.write([done(1, true), done(2, false), done(3, false)]);
  const seen = await opened('signed');
  expect(seen).toMatchObject({ kind: 'signed', unsent: 2 });
  expect(await store.load(READ.token)).toHaveLength(3);
  if (seen.kind === 'signed') await seen.forget();
  expect(await store.load(READ.token)).toEqual([]);
});

it('A signed read of which everything is at the server leaves nothing on this computer', async () => {
  await store.write([done(1, true), done(2, true)]);
  expect(await opened('signed')).toMatchObject({ kind: 'signed', unsent: 0 });
  expect(await store.load(READ.token)).toEqual([]);
});

it('What has no place in the step that is open is told at every opening until the reader has heard it', async () => {
  await store.write([done(1, false), done(2, false)]);
  const read = { ...READ, step: { number: 2 }, last_hash: await chainStart(READ.token) };
  const first = await openedAs(read);
  expect(first.kind === 'open' && first.reading.snapshot().told).toEqual({ kind: 'left', count: 2 });
  root.unmount();
  const second = await openedAs(read);
  if (second.kind !== 'open') throw new Error('A read that is open is opened.');
  expect(second.reading.snapshot().told).toEqual({ kind: 'left', count: 2 });
  // What is done meanwhile has the same numbers.
  second.reading.score(3);
  await second.reading.forget();
  expect(await store.aside(READ.token)).toHaveLength(2);
  second.reading.heard();
  await vi.waitFor(async () => expect(await store.aside(READ.token)).toEqual([]));
});

it('What the server turns out to have does not wait on this computer any more', async () => {
  const entries = [done(1, true), done(2, false)];
  await store.write(entries);
  let last_hash = await chainStart(READ.token);
  for (const { event } of entries) last_hash = await chained(last_hash, event);
  await openedAs({ ...READ, last_seq: 2, last_hash });
  expect((await store.load(READ.token)).map(({ sent }) => sent)).toEqual([true, true]);
});

it('A read that was signed before that was heard says so, too', async () => {
  await store.replace(READ.token, [], [{ ...done(1, false), seq: -1 }]);
  const seen = await opened('signed');
  expect(seen).toMatchObject({ kind: 'signed', unsent: 1 });
  if (seen.kind === 'signed') await seen.forget();
  expect(await store.aside(READ.token)).toEqual([]);
});

/** Another tab has the read until the function that this returns is called; whether this one has it then. */
function heldElsewhere() {
  let letGo = () => {};
  const free = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const state = { held: false, letGo };
  const request = async (
    _name: string,
    how: LockOptions,
    use: (lock: unknown) => Promise<void> | undefined,
  ) => {
    if (how.ifAvailable) return use(null);
    await new Promise<void>((given, not) => {
      how.signal?.addEventListener('abort', () => not(how.signal?.reason));
      void free.then(given);
    });
    state.held = true;
    await use({});
    state.held = false;
  };
  Object.defineProperty(navigator, 'locks', { configurable: true, value: { request } });
  return state;
}

afterEach(() => {
  Reflect.deleteProperty(navigator, 'locks');
});

it('Who leaves a read while an answer is on its way still sends what was done last', async () => {
  const server = new Server(READ.form, READ.token);
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let posts = 0;
  vi.stubGlobal('fetch', async (_address: string, { method, body }: RequestInit) => {
    if (method !== 'POST') return Response.json(await server.latest());
    posts++;
    const { step, events } = JSON.parse(String(body));
    await answered;
    const said = await server.send(READ.token, step, events);
    return Response.json(said.kind === 'accepted' ? { last_seq: said.lastSeq, hash: said.hash } : {});
  });
  heldElsewhere().letGo();
  const seen = (await page())();
  if (seen.kind !== 'open') throw new Error('A read that is open is opened.');
  seen.reading.drawn();
  seen.reading.score(1);
  await vi.waitFor(() => expect(posts).toBe(1));
  seen.reading.score(2);
  root.unmount();
  await new Promise((resolve) => setTimeout(resolve));
  answer();
  await vi.waitFor(() => expect(marksOf(server.draft, 'stress').slice(0, 2)).toEqual([1, 2]));
});

it('A read that this tab is just letting go of is opened to be written at once', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ ...READ, last_hash: await chainStart(READ.token) }));
  const lock = heldElsewhere();
  setTimeout(lock.letGo);
  const seen = (await page())();
  expect(seen).toMatchObject({ kind: 'open', times: 1 });
  expect(seen.kind === 'open' && seen.reading.snapshot().writable).toBe(true);
});

describe('a tab that waits for the read', () => {
  it.each([401, 404, 423])('says so and lets go of it when the server says %i', async (status) => {
    vi.stubGlobal('fetch', async () => Response.json({ ...READ, last_hash: await chainStart(READ.token) }));
    const lock = heldElsewhere();
    const seen = await page();
    expect(seen().kind).toBe('open');
    vi.stubGlobal('fetch', async () => Response.json({ message: 'No.' }, { status }));
    lock.letGo();
    await vi.waitFor(() => expect(seen()).toMatchObject({ kind: 'failed', problem: { status } }));
    await vi.waitFor(() => expect(lock.held).toBe(false));
  });

  it('asks again where the server is only not there for a moment', async () => {
    const read = { ...READ, last_hash: await chainStart(READ.token) };
    vi.stubGlobal('fetch', async () => Response.json(read));
    const lock = heldElsewhere();
    const seen = await page();
    const answers = [Response.json({}, { status: 503 }), Response.json({}, { status: 429 })];
    vi.stubGlobal('fetch', async () => answers.shift() ?? Response.json(read));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    lock.letGo();
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(2_000);
      expect(seen()).toMatchObject({ kind: 'open', times: 2 });
    });
    vi.useRealTimers();
    expect(lock.held).toBe(true);
  });
});
