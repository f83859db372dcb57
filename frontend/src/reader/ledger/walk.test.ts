/**
 * Long random days at the reading desk: the network comes and goes, answers are lost, the session ends, the disk is full, the
 * page is closed at any moment, the server comes back from a backup. Whatever happens, everything that was done is at the server
 * in the end, once and in order.
 */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chained, chainStart } from './chain';
import { type Change, type Draft, emptyDraft, folded } from './events';
import { HEART, READ } from './forms.testing';
import { EventQueue } from './queue';
import { resumed } from './resume';
import { Server } from './server.testing';
import { type LedgerStore, openLedger } from './store';

const TOKEN = READ.token;
const READER = 'walker';

/** Mulberry32: the same walk for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Desk {
  readonly server = new Server(HEART, TOKEN);
  /** What was done, in order, as the reader sees it: the last page knows it all. */
  done: Change[] = [];
  queue!: EventQueue;
  private store!: LedgerStore;
  private full = false;
  private kept = Promise.resolve();

  constructor(private readonly random: () => number) {}

  async open(): Promise<void> {
    this.store = this.withFullDisk(await openLedger(READER));
    const { lastSeq, lastHash } = await this.server.reached();
    const read = { ...READ, last_seq: lastSeq, last_hash: lastHash };
    const kept = await resumed(read, await this.store.load(TOKEN), this.server.send);
    const changed = () => undefined;
    const { store, server } = this;
    this.queue = new EventQueue({
      token: TOKEN,
      step: 1,
      store,
      send: server.send,
      kept,
      changed,
      goneOn: async () => null,
      anew: () => null,
      lastSeq,
      lastHash,
    });
    // What the reader sees after opening is what counts from now on.
    expect(this.queue.mineOn(server.draft)).toEqual(this.draft);
    void this.queue.flush();
  }

  get draft(): Draft {
    return folded(emptyDraft(HEART), this.done);
  }

  async act(): Promise<void> {
    const count = 1 + Math.floor(this.random() * 3);
    const changes = Array.from({ length: count }, () => this.change());
    const { draft } = this;
    this.done.push(...changes);
    const kept = this.queue.append(changes, { act: crypto.randomUUID(), how: 'act', draft, elapsed_ms: 1 });
    this.kept = kept;
    if (this.random() < 0.5) await kept;
  }

  private change(): Change {
    const { random } = this;
    const pick = (count: number) => Math.floor(random() * count);
    if (random() < 0.2) return { kind: 'view', name: 'table', value: `${pick(9)}` };
    if (random() < 0.2)
      return { kind: 'field', name: 'comment', value: random() < 0.3 ? null : `下壁 ${pick(9)}` };
    const state = HEART.states[pick(2)] ?? '';
    const value = ([null, 'NE', 0, 1, 2, 3, 4] as const)[pick(7)] ?? null;
    return { kind: 'score', state, segment: 1 + pick(17), value };
  }

  async happen(): Promise<void> {
    const { server, random } = this;
    const dice = random();
    if (dice < 0.5) return this.act();
    if (dice < 0.58) server.reachable = !server.reachable;
    else if (dice < 0.66) server.losesAnswer = !server.losesAnswer;
    else if (dice < 0.72) server.signedIn = !server.signedIn;
    else if (dice < 0.76) server.refusal = server.refusal ? null : 'The study is paused.';
    else if (dice < 0.8) this.full = !this.full;
    else if (dice < 0.86) await this.queue.flush();
    else if (dice < 0.9) this.queue.part();
    else if (dice < 0.93) this.pausedForAMoment();
    else if (dice < 0.97) await this.crash();
    else this.restore();
    return undefined;
  }

  /** The page is gone from one moment to the next; what the browser had kept is there, and no more is done on it. */
  private async crash(): Promise<void> {
    await this.kept;
    // With a full disk nothing survives a crash: the page says so, and the reader does not close it.
    if (!this.queue.durable) return;
    this.queue.stop();
    await this.settled();
    await this.reopenable();
    await this.open();
  }

  /** To open a read needs the server and a session. */
  private async reopenable(): Promise<void> {
    Object.assign(this.server, { reachable: true, signedIn: true, losesAnswer: false, refusal: null });
  }

  private pausedForAMoment(): void {
    this.queue.pause(true);
    void this.queue.flush();
    this.queue.pause(false);
  }

  /** The server comes back from a backup, and has less than it once had. */
  private restore(): void {
    const { events } = this.server;
    this.server.events = events.slice(0, Math.floor(this.random() * (events.length + 1)));
  }

  /** What was under way when the page went has come to an end. */
  private async settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await this.store.load(TOKEN);
  }

  private withFullDisk(store: LedgerStore): LedgerStore {
    const refuse = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    return { ...store, write: (entries) => (this.full ? refuse() : store.write(entries)) };
  }

  async end(): Promise<void> {
    await this.reopenable();
    this.full = false;
    for (let turn = 0; turn < 4 && (await this.queue.confirm()) === null; turn++) await this.settled();
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  vi.useRealTimers();
  await (await openLedger(READER)).clear(TOKEN);
});

describe('a day of any kind', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    '%i loses nothing and doubles nothing',
    async (seed) => {
      const desk = new Desk(randomOf(seed));
      await desk.open();
      for (let step = 0; step < 80; step++) await desk.happen();
      await desk.end();
      const { server, queue, done } = desk;
      expect(queue.state.kind).toBe('saved');
      expect(server.events.map(({ seq }) => seq)).toEqual(done.map((_, index) => index + 1));
      expect(new Set(server.events.map(({ id }) => id)).size).toBe(done.length);
      expect(server.draft).toEqual(desk.draft);
      let hash = await chainStart(TOKEN);
      for (const event of server.events) hash = await chained(hash, event);
      expect((await server.reached()).lastHash).toBe(hash);
    },
  );
});
