import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Change, type Draft, EMPTY_DRAFT, folded, type ReadEvent } from './events';
import { type Answer, EventQueue, type Send } from './queue';
import { forgetEverything, type LedgerStore, memoryLedger, openLedger, waitingReads } from './store';

const TOKEN = 'a-read';
const READER = 'a-reader';
const score = (segment: number, value: number): Change => ({
  kind: 'score',
  state: 'stress',
  segment,
  value,
});

/** The server's side of the agreement: numbered, known by id, nothing after a signature. */
class Server {
  events: ReadEvent[] = [];
  reachable = true;
  signed = false;
  /** Takes the events, but the answer is lost on the way. */
  losesAnswer = false;
  requests = 0;

  send: Send = async (_token, events): Promise<Answer> => {
    this.requests++;
    if (!this.reachable) return { kind: 'unreachable' };
    if (this.signed) return { kind: 'signed' };
    const before = this.events.length;
    for (const event of events) {
      if (this.events.some(({ id, seq }) => id === event.id && seq === event.seq)) continue;
      if (event.seq !== this.events.length + 1) {
        this.events = this.events.slice(0, before);
        return { kind: 'sequence', lastSeq: before };
      }
      this.events.push(event);
    }
    return this.losesAnswer ? { kind: 'unreachable' } : { kind: 'accepted', lastSeq: this.events.length };
  };

  get draft(): Draft {
    return folded(EMPTY_DRAFT, this.events);
  }
}

let server: Server;
let store: LedgerStore;

async function queue(): Promise<EventQueue> {
  const kept = await store.load(TOKEN);
  const lastSeq = server.events.length;
  return new EventQueue({ token: TOKEN, store, send: server.send, kept, lastSeq, changed: () => undefined });
}

function add(target: EventQueue, ...changes: Change[]): Promise<void> {
  return target.append(changes, {
    act: crypto.randomUUID(),
    how: 'act',
    draft: EMPTY_DRAFT,
    elapsed_ms: 12.7,
  });
}

beforeEach(async () => {
  server = new Server();
  store = await openLedger(READER);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  vi.useRealTimers();
  await forgetEverything(READER);
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
    expect(server.draft.scores.stress.slice(0, 2)).toEqual([1, 2]);
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
    expect(second.waitingOn(server.draft).scores.stress[3]).toBe(3);
    await add(second, score(5, 1));
    expect(await second.flush()).toBe(true);
    expect(server.draft.scores.stress.slice(3, 5)).toEqual([3, 1]);
  });

  it('sends again what a restored server has lost', async () => {
    const first = await queue();
    add(first, score(1, 1), score(2, 2), score(3, 3));
    await first.flush();
    server.events = server.events.slice(0, 1);
    const second = await queue();
    expect(await second.flush()).toBe(true);
    expect(server.draft.scores.stress.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('does so in the middle of a read, too', async () => {
    const q = await queue();
    add(q, score(1, 1), score(2, 2));
    await q.flush();
    server.events = [];
    add(q, score(3, 3));
    expect(await q.flush()).toBe(true);
    expect(server.draft.scores.stress.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('stops and says so when the read went on elsewhere, and overwrites nothing by itself', async () => {
    const q = await queue();
    server.events.push({ ...score(1, 4), id: 'foreign', seq: 1, elapsed_ms: 0, at: '' });
    add(q, score(2, 2));
    expect(await q.flush()).toBe(false);
    expect(q.state).toEqual({ kind: 'conflict', waiting: 1, lastSeq: 1 });
    const requests = server.requests;
    await q.flush();
    expect(server.requests).toBe(requests);
    expect(server.draft.scores.stress.slice(0, 2)).toEqual([4, null]);
  });

  it('puts what waits on top of the other place’s work when the reader wants that', async () => {
    const q = await queue();
    server.events.push({ ...score(1, 4), id: 'foreign', seq: 1, elapsed_ms: 0, at: '' });
    add(q, score(2, 2));
    await q.flush();
    await q.resendAfter(1);
    expect(q.settled).toBe(true);
    expect(server.draft.scores.stress.slice(0, 2)).toEqual([4, 2]);
  });

  it('gives a renumbered act a new identity, for the server may have kept the old one', async () => {
    const q = await queue();
    server.events.push({ ...score(1, 4), id: 'foreign', seq: 1, elapsed_ms: 0, at: '' });
    add(q, score(2, 2));
    await q.flush();
    const [before] = (await store.load(TOKEN)).map(({ event }) => event.id);
    await q.resendAfter(1);
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
    let refused = true;
    const kept = await store.load(TOKEN);
    const send: Send = (token, events) =>
      refused
        ? Promise.resolve({ kind: 'refused', message: 'The study is paused.' })
        : server.send(token, events);
    const q = new EventQueue({ token: TOKEN, store, send, kept, lastSeq: 0, changed: () => undefined });
    add(q, score(1, 1));
    await q.flush();
    expect(q.state).toEqual({ kind: 'failed', waiting: 1, message: 'The study is paused.' });
    refused = false;
    expect(await q.flush()).toBe(true);
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

  it('holds nothing of a read that is to be forgotten, and nothing at all after sign-out', async () => {
    const q = await queue();
    await add(q, score(1, 1));
    await q.forget();
    expect(await store.load(TOKEN)).toEqual([]);
    await add(await queue(), score(2, 1));
    await forgetEverything(READER);
    expect(await store.load(TOKEN)).toEqual([]);
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
