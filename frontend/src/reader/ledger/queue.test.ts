import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Change, type Entry, marksOf } from './events';
import { forgetSent, waitingReads } from './everyRead';
import { EMPTY_HEART, HEART } from './forms.testing';
import { EventQueue } from './queue';
import type { Reached } from './sending';
import { Server } from './server.testing';
import { type LedgerStore, memoryLedger, openLedger } from './store';

const TOKEN = 'a-read';
const READER = 'a-reader';
const score = (segment: number, value: number): Change => ({
  kind: 'score',
  state: 'stress',
  segment,
  value,
});

/** What another place did always contradicts something here. */
const contradicted = async () => null;

let server: Server;
let store: LedgerStore;

async function queue(goneOn: () => Promise<Reached | null> = contradicted): Promise<EventQueue> {
  const kept = await store.load(TOKEN);
  const reached = await server.reached();
  const changed = () => undefined;
  return new EventQueue({
    token: TOKEN,
    step: 1,
    store,
    send: server.send,
    kept,
    changed,
    goneOn,
    anew: () => null,
    ...reached,
  });
}

function add(target: EventQueue, ...changes: Change[]): Promise<void> {
  return target.append(changes, {
    act: crypto.randomUUID(),
    how: 'act',
    draft: EMPTY_HEART,
    elapsed_ms: 12.7,
  });
}

beforeEach(async () => {
  server = new Server(HEART);
  store = await openLedger(READER);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  vi.useRealTimers();
  await store.clear(TOKEN);
});

it('The browser is asked once not to clear what is kept', async () => {
  const persist = vi.fn(async () => true);
  vi.stubGlobal('navigator', { storage: { persist } });
  vi.resetModules();
  const fresh = await import('./store');
  fresh.askToStay();
  fresh.askToStay();
  expect(persist).toHaveBeenCalledTimes(1);
  vi.unstubAllGlobals();
});

describe('the queue', () => {
  it('sends acts in order, each once, with whole milliseconds', async () => {
    const q = await queue();
    for (let segment = 1; segment <= 17; segment++) add(q, score(segment, segment % 5));
    expect(await q.flush()).toBe(true);
    expect(server.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
    expect(server.events[0]?.elapsed_ms).toBe(13);
    expect(q.settled).toBe(true);
  });

  it('keeps an act on this computer before it sends it', async () => {
    const q = await queue();
    await add(q, score(1, 2));
    expect((await store.load(TOKEN)).map(({ event }) => event.seq)).toEqual([1]);
    await q.flush();
  });

  it('sends everything, once, after the network comes back by itself', async () => {
    const q = await queue();
    server.reachable = false;
    add(q, score(1, 1));
    add(q, score(2, 2));
    expect(await q.flush()).toBe(false);
    expect(q.state).toEqual({ kind: 'offline', waiting: 2 });
    server.reachable = true;
    await vi.runAllTimersAsync();
    await q.flush();
    expect(q.settled).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(0, 2)).toEqual([1, 2]);
  });

  it('does not double what the server took when its answer was lost', async () => {
    const q = await queue();
    server.losesAnswer = true;
    add(q, score(1, 1));
    await q.flush();
    server.losesAnswer = false;
    add(q, score(2, 2));
    expect(await q.flush()).toBe(true);
    expect(server.events.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('goes on after a reload with what had not been sent', async () => {
    const first = await queue();
    server.reachable = false;
    await add(first, score(4, 3));
    await first.flush();
    first.stop();
    server.reachable = true;
    const second = await queue();
    expect(marksOf(second.mineOn(server.draft), 'stress')[3]).toBe(3);
    await add(second, score(5, 1));
    expect(await second.flush()).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(3, 5)).toEqual([3, 1]);
  });

  it('sends again what a restored server has lost', async () => {
    const first = await queue();
    add(first, score(1, 1), score(2, 2), score(3, 3));
    await first.flush();
    server.events = server.events.slice(0, 1);
    const second = await queue();
    expect(await second.flush()).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('does so in the middle of a read, too', async () => {
    const q = await queue();
    add(q, score(1, 1), score(2, 2));
    await q.flush();
    server.events = [];
    add(q, score(3, 3));
    expect(await q.flush()).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('goes on when the page went away in the middle of an answer, and came back', async () => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const send: typeof server.send = async (token, step, events, parting) => {
      if (!parting && events.length === 1 && events[0]?.seq === 1) await held;
      return server.send(token, step, events);
    };
    const reached = await server.reached();
    const options = {
      token: TOKEN,
      step: 1,
      store,
      send,
      kept: [],
      changed: () => undefined,
      goneOn: contradicted,
      anew: () => null,
    };
    const q = new EventQueue({ ...options, ...reached });
    await add(q, score(1, 1));
    const sent = q.flush();
    await add(q, score(2, 2));
    q.part();
    answer();
    expect(await sent).toBe(true);
    expect(q.settled).toBe(true);
    expect(server.events.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('stops and says so when the read went on elsewhere, and overwrites nothing by itself', async () => {
    const q = await queue();
    server.events.push({ ...score(1, 4), id: 'foreign', seq: 1, elapsed_ms: 0, at: '' });
    add(q, score(2, 2));
    expect(await q.flush()).toBe(false);
    expect(q.state).toEqual({ kind: 'conflict', waiting: 1, lastSeq: 1, why: 'sequence' });
    const requests = server.requests;
    await q.flush();
    expect(server.requests).toBe(requests);
    expect(marksOf(server.draft, 'stress').slice(0, 2)).toEqual([4, null]);
  });

  it('puts what waits on top of the other place’s work when the reader wants that', async () => {
    const q = await queue();
    server.events.push({ ...score(1, 4), id: 'foreign', seq: 1, elapsed_ms: 0, at: '' });
    add(q, score(2, 2));
    await q.flush();
    await q.renumber(await server.reached());
    await q.flush();
    expect(q.settled).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(0, 2)).toEqual([4, 2]);
  });

  it('asks nothing where an answer was lost and another place only looked', async () => {
    const q = await queue(() => server.reached());
    server.losesAnswer = true;
    await add(q, score(1, 1));
    await q.flush();
    server.losesAnswer = false;
    const looked = { kind: 'view', name: 'table', value: 'gray' } as const;
    server.events.push({ ...looked, id: 'foreign', seq: 2, elapsed_ms: 0, at: '' });
    await add(q, score(2, 2), score(3, 3));
    expect(await q.flush()).toBe(true);
    expect(q.settled).toBe(true);
    expect(server.events.map(({ kind }) => kind)).toEqual(['score', 'view', 'score', 'score']);
    expect(await q.confirm()).toBe(4);
  });

  it('does not take what another place scored after a lost answer for its own', async () => {
    const q = await queue();
    server.losesAnswer = true;
    await add(q, score(1, 1));
    await q.flush();
    server.losesAnswer = false;
    server.events.push({ ...score(1, 4), id: 'foreign', seq: 2, elapsed_ms: 0, at: '' });
    await add(q, score(2, 2));
    expect(await q.flush()).toBe(false);
    expect(q.state).toEqual({ kind: 'conflict', waiting: 1, lastSeq: 2, why: 'sequence' });
  });

  it('gives a renumbered act a new identity, for the server may have kept the old one', async () => {
    const q = await queue();
    server.events.push({ ...score(1, 4), id: 'foreign', seq: 1, elapsed_ms: 0, at: '' });
    add(q, score(2, 2));
    await q.flush();
    const [before] = (await store.load(TOKEN)).map(({ event }) => event.id);
    await q.renumber(await server.reached());
    await q.flush();
    expect(before).toBeDefined();
    expect(server.events.map(({ id }) => id)).not.toContain(before);
    expect(server.events).toHaveLength(2);
  });

  it('stops at a signed read', async () => {
    const q = await queue();
    server.signed = true;
    add(q, score(1, 1));
    expect(await q.flush()).toBe(false);
    expect(q.state).toEqual({ kind: 'signed', waiting: 1 });
  });

  it('says why when the server refuses, keeps the act, and can be asked to try again', async () => {
    server.refusal = 'The study is paused.';
    const q = await queue();
    add(q, score(1, 1));
    await q.flush();
    expect(q.state).toEqual({ kind: 'failed', waiting: 1, message: 'The study is paused.' });
    server.refusal = null;
    expect(await q.flush()).toBe(true);
  });
});

describe('the chain', () => {
  it('is the same here and at the server, act by act, and kept with the acts', async () => {
    const q = await queue();
    add(q, score(1, 1), score(2, 2));
    add(q, { kind: 'field', name: 'comment', value: 'x' });
    expect(await q.flush()).toBe(true);
    await q.flush();
    expect((await store.load(TOKEN)).at(-1)?.hash).toBe((await server.reached()).lastHash);
  });

  it('stops everything when the server holds another act than was made here', async () => {
    const q = await queue();
    add(q, score(1, 1));
    server.altered = (event) => ({ ...event, elapsed_ms: event.elapsed_ms + 1 });
    expect(await q.flush()).toBe(false);
    expect(q.state).toEqual({ kind: 'conflict', waiting: 1, lastSeq: 1, why: 'chain' });
  });

  it('finds at the next opening that what was saved is not what was done here', async () => {
    const first = await queue();
    add(first, score(1, 1), score(2, 2));
    await first.flush();
    first.stop();
    server.events[0] = { ...server.events[0], value: 4 } as (typeof server.events)[number];
    const second = await queue();
    expect(await second.flush()).toBe(false);
    expect(second.state).toMatchObject({ kind: 'conflict', why: 'chain' });
    expect(marksOf(second.mineOn(server.draft), 'stress').slice(0, 2)).toEqual([1, 2]);
  });
});

describe('a clock that is wrong', () => {
  it('and is set back changes neither the order nor the chain', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-01-01T00:00:00.500Z') });
    const q = await queue();
    add(q, score(1, 1));
    vi.setSystemTime(new Date('2026-11-21T12:00:00.000Z'));
    add(q, score(2, 2));
    expect(await q.flush()).toBe(true);
    expect(server.events.map(({ seq, at }) => [seq, at])).toEqual([
      [1, '2031-01-01T00:00:00.500Z'],
      [2, '2026-11-21T12:00:00.000Z'],
    ]);
    await q.flush();
    expect((await store.load(TOKEN)).at(-1)?.hash).toBe((await server.reached()).lastHash);
  });
});

describe('what waits', () => {
  it('is told in scores and answers; how the pictures were looked at is sent, not counted', async () => {
    const q = await queue();
    server.reachable = false;
    await add(q, score(1, 1), { kind: 'view', name: 'table', value: 'gray' });
    await q.flush();
    expect(q.state).toEqual({ kind: 'offline', waiting: 1 });
    expect(await waitingReads(READER)).toEqual(new Map([[TOKEN, 1]]));
    expect(q.settled).toBe(false);
    server.reachable = true;
    await q.flush();
    expect(server.events).toHaveLength(2);
  });

  it('is nothing where only looking does, and no read is listed for it', async () => {
    const q = await queue();
    server.signed = true;
    await add(q, { kind: 'view', name: 'table', value: 'gray' });
    expect(await q.flush()).toBe(false);
    expect(q.state).toEqual({ kind: 'signed', waiting: 0 });
    expect(await waitingReads(READER)).toEqual(new Map());
  });
});

describe('a session that ends in the middle of a read', () => {
  it('keeps everything here and goes on by itself after somebody signed in in another tab', async () => {
    const q = await queue();
    server.signedIn = false;
    await add(q, score(1, 1));
    await q.flush();
    expect(q.state).toEqual({ kind: 'signedOut', waiting: 1 });
    await add(q, score(2, 2));
    expect(q.state).toEqual({ kind: 'signedOut', waiting: 2 });
    expect((await store.load(TOKEN)).length).toBe(2);
    server.signedIn = true;
    await vi.runAllTimersAsync();
    await q.flush();
    expect(q.settled).toBe(true);
    expect(server.events.map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

describe('trouble while nothing waits', () => {
  it.each([
    ['signedOut', { signedIn: false }, { signedIn: true }],
    ['offline', { reachable: false }, { reachable: true }],
    ['failed', { refusal: 'The study is paused.' }, { refusal: null }],
  ])('is over when the server says so, and not before: %s', async (kind, begins, ends) => {
    const q = await queue();
    await add(q, score(1, 1));
    await q.flush();
    Object.assign(server, begins);
    expect(await q.confirm()).toBeNull();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await q.flush()).toBe(false);
    expect(q.state).toMatchObject({ kind, waiting: 0 });
    Object.assign(server, ends);
    expect(await q.flush()).toBe(true);
    expect(q.settled).toBe(true);
    q.stop();
  });

  it('finds at its end what a restored server has lost, or that it holds something else', async () => {
    const q = await queue();
    await add(q, score(1, 1), score(2, 2));
    await q.flush();
    server.reachable = false;
    await q.confirm();
    Object.assign(server, { reachable: true, events: server.events.slice(0, 1) });
    expect(await q.flush()).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(0, 2)).toEqual([1, 2]);
    server.reachable = false;
    await q.confirm();
    server.reachable = true;
    server.events[1] = { ...server.events[1], value: 4 } as (typeof server.events)[number];
    expect(await q.flush()).toBe(false);
    expect(q.state).toMatchObject({ kind: 'conflict', why: 'chain' });
  });
});

describe('another tab that writes', () => {
  it('leaves this one silent: it sends nothing and touches nothing of the ledger', async () => {
    const q = await queue();
    server.reachable = false;
    await add(q, score(1, 1));
    await q.flush();
    q.pause(true);
    server.reachable = true;
    expect(await q.flush()).toBe(false);
    await vi.runAllTimersAsync();
    expect(server.events).toEqual([]);
    q.pause(false);
    expect(await q.flush()).toBe(true);
  });
});

describe('a tab that has lost the read', () => {
  it('takes nothing from the ledger of the tab that has it', async () => {
    const q = await queue();
    server.reachable = false;
    await add(q, score(1, 1));
    await q.flush();
    q.pause(true);
    const kept = await store.load(TOKEN);
    await q.renumber({ lastSeq: 7, lastHash: 'of the other tab' });
    expect(await store.load(TOKEN)).toEqual(kept);
    await q.forget();
    expect(await store.load(TOKEN)).toEqual(kept);
  });
});

describe('a full disk', () => {
  it('is said, and what could not be kept is kept as soon as there is room again', async () => {
    const q = await queue();
    const write = vi.spyOn(store, 'write').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
    server.reachable = false;
    await add(q, score(1, 1));
    expect(q.durable).toBe(false);
    write.mockRestore();
    await add(q, score(2, 2));
    expect(q.durable).toBe(true);
    expect((await store.load(TOKEN)).map(({ seq }) => seq)).toEqual([1, 2]);
    q.stop();
  });

  it('does not forget that what waits has other numbers now', async () => {
    const q = await queue();
    const foreign = { ...score(1, 4), elapsed_ms: 0, at: '' };
    server.events.push({ ...foreign, id: 'one', seq: 1 }, { ...foreign, id: 'two', seq: 2 });
    await add(q, score(2, 2));
    await q.flush();
    const full = new DOMException('full', 'QuotaExceededError');
    const replace = vi.spyOn(store, 'replace').mockRejectedValue(full);
    server.reachable = false;
    await q.renumber(await server.reached());
    expect(q.durable).toBe(false);
    await add(q, score(3, 3));
    expect(q.durable).toBe(false);
    replace.mockRestore();
    await add(q, score(4, 4));
    expect(q.durable).toBe(true);
    expect((await store.load(TOKEN)).map(({ seq }) => seq)).toEqual([3, 4, 5]);
    q.stop();
  });
});

describe('the ledger on this computer', () => {
  it('knows which reads have something that was not sent', async () => {
    const q = await queue();
    server.reachable = false;
    await add(q, score(1, 1), score(2, 1));
    await q.flush();
    expect(await waitingReads(READER)).toEqual(new Map([[TOKEN, 2]]));
    expect(await waitingReads('another')).toEqual(new Map());
  });

  it('holds nothing of a read that is to be forgotten', async () => {
    const q = await queue();
    await add(q, score(1, 1));
    await q.forget();
    expect(await store.load(TOKEN)).toEqual([]);
  });

  it('holds after sign-out what the server does not have, and nothing else of any read', async () => {
    const q = await queue();
    await add(q, score(1, 1));
    await q.flush();
    server.reachable = false;
    await add(q, score(2, 3));
    await q.flush();
    q.stop();
    const [entry] = await store.load(TOKEN);
    await store.write([{ ...entry, token: 'another read' } as Entry]);
    await forgetSent(READER);
    expect((await store.load(TOKEN)).map(({ seq }) => seq)).toEqual([2]);
    expect(await store.load('another read')).toEqual([]);
    server.reachable = true;
    expect(await (await queue()).flush()).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(0, 2)).toEqual([1, 3]);
  });

  it('is replaced by memory, and says so, where the browser keeps nothing', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    const ledger = await openLedger(READER);
    vi.unstubAllGlobals();
    expect(ledger.durable).toBe(false);
    store = memoryLedger();
    const q = await queue();
    await add(q, score(1, 1));
    expect(q.durable).toBe(false);
    expect(await q.flush()).toBe(true);
  });
});
