/**
 * Sends what a reader did, in order and once: every act is kept on this computer first, then posted. The server knows an event
 * by its id, so that sending it again after a lost answer changes nothing.
 */
import { type Change, type Draft, type Entry, folded, type ReadEvent, valueIn } from './events';
import type { LedgerStore } from './store';

export type SaveState =
  | { kind: 'saved'; at: Date | null }
  | { kind: 'saving'; waiting: number }
  | { kind: 'offline'; waiting: number }
  | { kind: 'failed'; waiting: number; message: string }
  /** The read went on in another place; `lastSeq` is the server's. */
  | { kind: 'conflict'; waiting: number; lastSeq: number }
  /** The read was signed meanwhile. */
  | { kind: 'signed'; waiting: number };

/** What the server said, in the terms of the queue. */
export type Answer =
  | { kind: 'accepted'; lastSeq: number }
  | { kind: 'unreachable' }
  | { kind: 'sequence'; lastSeq: number }
  | { kind: 'signed' }
  | { kind: 'refused'; message: string };

export type Send = (token: string, events: readonly ReadEvent[]) => Promise<Answer>;

interface Options {
  token: string;
  store: LedgerStore;
  send: Send;
  /** What is kept of this read, oldest first, and the server's last number when the page opened. */
  kept: readonly Entry[];
  lastSeq: number;
  changed: () => void;
}

const BATCH = 50;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

export class EventQueue {
  state: SaveState = { kind: 'saved', at: null };
  /** False once the browser could not keep something: what waits then lives in this page only. */
  durable: boolean;
  private entries: Entry[];
  private seq: number;
  private writing: Promise<void> = Promise.resolve();
  private sending: Promise<boolean> | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private resentFrom: number | null = null;
  private stopped = false;

  constructor(private readonly options: Options) {
    const { kept, lastSeq, store } = options;
    this.durable = store.durable;
    // After a restore the server may have less than it once acknowledged: what it lost is sent again.
    this.entries = kept.map((entry) => (entry.seq > lastSeq ? { ...entry, sent: false } : entry));
    this.seq = Math.max(lastSeq, kept.at(-1)?.seq ?? 0);
    if (this.waiting > 0) this.state = { kind: 'saving', waiting: this.waiting };
  }

  get waiting(): number {
    return this.entries.reduce((count, { sent }) => count + (sent ? 0 : 1), 0);
  }

  get lastSeq(): number {
    return this.seq;
  }

  /** Everything the reader sees is at the server. */
  get settled(): boolean {
    return this.waiting === 0 && this.state.kind === 'saved';
  }

  /** Keep the changes of one act and send them. Resolves when they are kept. */
  append(
    changes: readonly Change[],
    act: Pick<Entry, 'act' | 'how'> & { draft: Draft; elapsed_ms: number },
  ): Promise<void> {
    const at = new Date().toISOString();
    const added = changes.map((change): Entry => {
      const event: ReadEvent = {
        id: crypto.randomUUID(),
        seq: ++this.seq,
        ...change,
        elapsed_ms: Math.round(act.elapsed_ms),
        at,
      };
      const before = valueIn(act.draft, change);
      return {
        token: this.options.token,
        seq: event.seq,
        event,
        sent: false,
        act: act.act,
        how: act.how,
        before,
      };
    });
    this.entries.push(...added);
    if (this.state.kind === 'saved') this.state = { kind: 'saving', waiting: this.waiting };
    else this.state = { ...this.state, waiting: this.waiting };
    this.options.changed();
    const kept = this.keep(added);
    if (this.state.kind !== 'failed') this.flush();
    return kept;
  }

  /** Send what waits; true when the server has everything. */
  flush(): Promise<boolean> {
    clearTimeout(this.retry);
    this.sending ??= this.sendAll();
    return this.sending;
  }

  /** After a conflict: number what waits anew, behind what the server has, and send it. */
  async resendAfter(lastSeq: number): Promise<void> {
    const waiting = this.entries.filter(({ sent }) => !sent);
    this.seq = lastSeq;
    this.entries = waiting.map((entry) => {
      const seq = ++this.seq;
      // A new act for the server: it may have kept this one under its old number, when only the answer was lost.
      return { ...entry, seq, event: { ...entry.event, id: crypto.randomUUID(), seq } };
    });
    await this.writing;
    await this.options.store.clear(this.options.token);
    await this.keep(this.entries);
    this.resentFrom = null;
    this.become('saving');
    await this.flush();
  }

  /** What waits, applied to what the server has. */
  waitingOn(draft: Draft): Draft {
    return folded(
      draft,
      this.entries.flatMap(({ sent, event }) => (sent ? [] : [event])),
    );
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
  }

  /** Stop, and keep nothing of the read on this computer. */
  async forget(): Promise<void> {
    this.stop();
    await this.writing;
    await this.options.store.clear(this.options.token);
  }

  private keep(entries: readonly Entry[]): Promise<void> {
    const write = () => this.options.store.write(entries);
    this.writing = this.writing.then(write).catch(() => {
      this.durable = false;
    });
    return this.writing;
  }

  private async sendAll(): Promise<boolean> {
    try {
      for (;;) {
        await this.writing;
        if (this.stopped || this.state.kind === 'conflict' || this.state.kind === 'signed') return false;
        const batch = this.entries.filter(({ sent }) => !sent).slice(0, BATCH);
        if (batch.length === 0) return this.saved();
        const events = batch.map(({ event }) => event);
        const answer = await this.options.send(this.options.token, events);
        if (this.stopped || !this.took(answer, batch)) return false;
      }
    } finally {
      this.sending = null;
    }
  }

  private saved(): true {
    if (this.state.kind !== 'saved') {
      this.state = { kind: 'saved', at: new Date() };
      this.options.changed();
    }
    return true;
  }

  /** True when sending goes on. */
  private took(answer: Answer, batch: readonly Entry[]): boolean {
    const first = batch[0]?.seq ?? 0;
    switch (answer.kind) {
      case 'accepted': {
        this.attempts = 0;
        const numbers = new Set(batch.map(({ seq }) => seq));
        this.entries = this.entries.map((entry) =>
          numbers.has(entry.seq) ? { ...entry, sent: true } : entry,
        );
        this.keep(batch.map((entry) => ({ ...entry, sent: true })));
        this.become('saving');
        return true;
      }
      case 'unreachable':
        this.become('offline');
        this.retry = setTimeout(() => this.flush(), RETRY_MS[Math.min(this.attempts++, RETRY_MS.length - 1)]);
        return false;
      case 'sequence':
        return this.stepBack(answer.lastSeq, first);
      case 'signed':
        this.become('signed');
        return false;
      case 'refused':
        this.state = { kind: 'failed', waiting: this.waiting, message: answer.message };
        this.options.changed();
        return false;
    }
  }

  /** The server misses events that we still have: send them again, once. Anything else is somebody else's work. */
  private stepBack(lastSeq: number, first: number): boolean {
    const have = this.entries[0]?.seq ?? first;
    if (lastSeq < first - 1 && have <= lastSeq + 1 && this.resentFrom !== lastSeq) {
      this.resentFrom = lastSeq;
      this.entries = this.entries.map((entry) => (entry.seq > lastSeq ? { ...entry, sent: false } : entry));
      return true;
    }
    this.state = { kind: 'conflict', waiting: this.waiting, lastSeq };
    this.options.changed();
    return false;
  }

  private become(kind: 'saving' | 'offline' | 'signed'): void {
    this.state = { kind, waiting: this.waiting };
    this.options.changed();
  }
}
