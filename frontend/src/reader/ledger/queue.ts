/**
 * Sends what a reader did, in order and once: every act is kept on this computer first, then posted. The server knows an event
 * by its id, so that sending it again after a lost answer changes nothing; the hash in its answer must be ours.
 */
import { chained, hashAt } from './chain';
import { type Change, type Draft, type Entry, entriesOf, folded, type ReadEvent, renumbered } from './events';
import { type Answer, BATCH, type Reached, type SaveState, type Send } from './sending';
import type { LedgerStore } from './store';

interface Options extends Reached {
  token: string;
  step: number;
  /** The version that is amended. */
  amends?: number | undefined;
  store: LedgerStore;
  send: Send;
  /** What is kept of this read, oldest first. */
  kept: readonly Entry[];
  changed: () => void;
  /** The read went on in another place: how far, where that contradicts nothing here; null where the reader must say. */
  goneOn: () => Promise<Reached | null>;
  /** What the record says first of this page, where it goes on behind acts of another place; `first` is the first that waits. */
  anew: (first: ReadEvent | undefined) => { changes: readonly Change[]; elapsed_ms: number } | null;
}

const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 20_000];
const SIGNED_IN_AGAIN_MS = 5_000;

export class EventQueue {
  state: SaveState = { kind: 'saved', at: null };
  /** False once the browser could not keep something: what waits then lives in this page only. */
  durable: boolean;
  private entries: Entry[];
  private seq: number;
  /** The last act that the server has confirmed, and the hash up to it; null where nothing here can say. */
  private known: Reached | null;
  private readonly unkept = new Map<number, Entry>();
  /** What is kept has numbers that do not count any more. */
  private outdated = false;
  private writing: Promise<void> = Promise.resolve();
  private sending: Promise<boolean> | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  /** How many acts were sent of which no answer came. */
  private unanswered = 0;
  private resentFrom: number | null = null;
  private checked = false;
  private paused = false;
  private held = false;
  private stopped = false;

  constructor(private readonly options: Options) {
    const { kept, lastSeq, lastHash, store } = options;
    this.durable = store.durable;
    this.known = { lastSeq, lastHash };
    // After a restore the server may have less than it once acknowledged: what it lost is sent again.
    this.entries = kept.map((entry) => (entry.seq > lastSeq ? { ...entry, sent: false } : entry));
    this.seq = Math.max(lastSeq, kept.at(-1)?.seq ?? 0);
    if (!this.isAllSent) this.state = { kind: 'saving', waiting: this.waiting };
  }

  /** How many scores and answers wait: what a reader is told of. */
  private get waiting(): number {
    return this.entries.filter(({ sent, event }) => !sent && event.kind !== 'view').length;
  }

  private get isAllSent(): boolean {
    return this.entries.every(({ sent }) => sent);
  }

  get lastSeq(): number {
    return this.seq;
  }

  /** Everything the reader sees is at the server. */
  get settled(): boolean {
    return this.isAllSent && this.state.kind === 'saved';
  }

  /** Keep the changes of one act and send them. Resolves when they are kept. */
  append(
    changes: readonly Change[],
    act: Pick<Entry, 'act' | 'how'> & { draft: Draft; elapsed_ms: number },
  ): Promise<void> {
    if (this.stopped) return Promise.resolve();
    const { draft, ...doing } = act;
    const added = entriesOf(changes, draft, { ...this.place, ...doing, at: now() }, this.seq);
    this.seq += added.length;
    this.entries.push(...added);
    if (this.state.kind === 'saved') this.state = { kind: 'saving', waiting: this.waiting };
    else this.state = { ...this.state, waiting: this.waiting };
    this.options.changed();
    const kept = this.keep(added);
    // A session that has ended, or a refusal, is not asked about again at every key.
    if (this.state.kind !== 'failed' && this.state.kind !== 'signedOut') void this.flush();
    return kept;
  }

  /** Send what waits; true when the server has everything. */
  flush(): Promise<boolean> {
    if (this.held) return Promise.resolve(false);
    clearTimeout(this.retry);
    this.sending ??= this.sendAll();
    return this.sending;
  }

  /**
   * Send what waits, and have the server say once more how far it has come: before something is signed. Then nothing more is
   * sent until `release`, because the server signs only what ends with this act. The number of that act; null when something is
   * in the way.
   */
  async confirm(again = true): Promise<number | null> {
    do {
      if (!(await this.flush())) return null;
    } while (!this.isAllSent);
    this.held = true;
    const last = this.seq;
    const { token, step, send } = this.options;
    const answer = await send(token, step, []);
    if (answer.kind === 'accepted' && answer.lastSeq === last && this.known?.lastHash === answer.hash)
      return last;
    this.held = false;
    if (await this.took(answer, [])) {
      if (again) return this.confirm(false);
      void this.flush();
    }
    return null;
  }

  /** What was done since `confirm` may be sent. */
  release(): void {
    if (!this.held) return;
    this.held = false;
    if (!this.isAllSent) void this.flush();
  }

  /** Another tab writes the read and its ledger, or does so no longer. */
  pause(paused: boolean): void {
    this.paused = paused;
    if (paused) clearTimeout(this.retry);
  }

  /** The page is going away: hand over what waits, without a moment to wait for anything. */
  part(): void {
    if (this.paused || this.held || this.stopped || this.isAllSent || isFinal(this.state)) return;
    const events = this.entries.flatMap(({ sent, event }) => (sent ? [] : [event]));
    const { token, step, send } = this.options;
    void send(token, step, events.slice(0, BATCH), true);
  }

  /** The read went on elsewhere: number what waits anew, behind what the server has. It is sent with the next flush. */
  async renumber(reached: Reached): Promise<void> {
    if (this.paused) return;
    const waiting = this.entries.filter(({ sent }) => !sent);
    const lead = this.leading(waiting[0]);
    this.known = reached;
    this.seq = reached.lastSeq;
    this.entries = [...lead, ...waiting].map((entry) => renumbered(entry, ++this.seq));
    this.unkept.clear();
    this.outdated = true;
    this.resentFrom = null;
    this.checked = true;
    await this.keep([]);
    this.become('saving');
  }

  /** In front of what waits, at the same moment. */
  private leading(first: Entry | undefined): Entry[] {
    const anew = this.options.anew(first?.event);
    if (!anew) return [];
    const { changes, elapsed_ms } = anew;
    const how = { act: crypto.randomUUID(), how: 'act' as const, elapsed_ms, at: first?.event.at ?? now() };
    return entriesOf(changes, null, { ...this.place, ...how }, 0);
  }

  private get place(): Pick<Entry, 'token' | 'step' | 'amends'> {
    const { token, step, amends } = this.options;
    return { token, step, ...(amends !== undefined && { amends }) };
  }

  /** Number of the first score or answer that waits; null where only looking does, or nothing. */
  get firstToSay(): number | null {
    return this.entries.find(({ sent, event }) => !sent && event.kind !== 'view')?.seq ?? null;
  }

  /** What the server has confirmed behind act number `seq`. */
  confirmedAfter(seq: number): ReadEvent[] {
    return this.entries.flatMap((entry) => (entry.sent && entry.seq > seq ? [entry.event] : []));
  }

  /** What was done here, applied to what the server has: what waits, or everything where the server holds other acts. */
  mineOn(draft: Draft): Draft {
    const all = this.state.kind === 'conflict' && this.state.why === 'chain';
    return folded(
      draft,
      this.entries.flatMap(({ sent, event }) => (sent && !all ? [] : [event])),
    );
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
  }

  /** Stop, and keep nothing of the read on this computer, unless another tab has it now. */
  async forget(): Promise<void> {
    this.stop();
    this.unkept.clear();
    await this.writing;
    if (!this.paused) await this.options.store.replace(this.options.token, []);
  }

  /** What could not be kept before is tried again with what comes after it. */
  private keep(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) this.unkept.set(entry.seq, entry);
    this.writing = this.writing.then(async () => {
      const now = [...this.unkept.values()];
      const { outdated } = this;
      if (now.length === 0 && !outdated) return;
      this.outdated = false;
      const { store, token } = this.options;
      try {
        await (outdated ? store.replace(token, this.entries) : store.write(now));
        for (const entry of now) if (this.unkept.get(entry.seq) === entry) this.unkept.delete(entry.seq);
        this.nowDurable(store.durable);
      } catch {
        this.outdated ||= outdated;
        this.nowDurable(false);
      }
    });
    return this.writing;
  }

  private nowDurable(durable: boolean): void {
    if (durable === this.durable) return;
    this.durable = durable;
    this.options.changed();
  }

  private async sendAll(): Promise<boolean> {
    try {
      for (;;) {
        await this.writing;
        if (this.paused || this.stopped || isFinal(this.state)) return false;
        if (!(await this.checkedAtOpening())) return false;
        // The same again where no answer came: all of it is there or nothing, whatever was done since.
        const batch = this.entries.filter(({ sent }) => !sent).slice(0, this.unanswered || BATCH);
        // After trouble only the server can say that it is over, also where nothing waits: it is asked with no acts.
        if (batch.length === 0 && !isTrouble(this.state)) return this.saved();
        const events = batch.map(({ event }) => event);
        const { token, step, send } = this.options;
        const answer = await send(token, step, events);
        this.unanswered = answer.kind === 'unreachable' ? batch.length : 0;
        // Who has taken the read over meanwhile has taken over the ledger, too.
        if (this.paused || this.stopped || !(await this.took(answer, batch))) return false;
      }
    } finally {
      this.sending = null;
    }
  }

  /** Once: what is kept here must lead to the hash with which the server opened the read. */
  private async checkedAtOpening(): Promise<boolean> {
    if (this.checked) return true;
    const { token, lastSeq, lastHash } = this.options;
    const ours = await hashAt(token, this.entries, lastSeq);
    this.checked = true;
    return ours === null || ours === lastHash || this.conflict(lastSeq, 'chain');
  }

  private saved(): true {
    if (this.state.kind !== 'saved') {
      this.state = { kind: 'saved', at: new Date() };
      this.options.changed();
    }
    return true;
  }

  /** True when sending goes on. */
  private async took(answer: Answer, batch: readonly Entry[]): Promise<boolean> {
    switch (answer.kind) {
      case 'accepted': {
        const reached = { lastSeq: answer.lastSeq, lastHash: answer.hash };
        return batch.length > 0 ? this.accepted(batch, reached) : this.wasAsked(reached);
      }
      case 'unreachable':
        this.become('offline');
        this.again(RETRY_MS[Math.min(this.attempts++, RETRY_MS.length - 1)]);
        return false;
      case 'signedOut':
        this.become('signedOut');
        this.again(SIGNED_IN_AGAIN_MS);
        return false;
      case 'sequence':
        return this.stepBack(answer.lastSeq, batch[0]?.seq ?? 0);
      case 'signed':
        this.become('signed');
        return false;
      case 'refused':
        this.state = { kind: 'failed', waiting: this.waiting, message: answer.message };
        this.options.changed();
        return false;
    }
  }

  private async accepted(asked: readonly Entry[], reached: Reached): Promise<boolean> {
    const reaching = this.reachedBy(asked, reached);
    const further = reaching.length > asked.length;
    const ours = await this.chainOver(reaching);
    const same =
      reaching.at(-1)?.seq === reached.lastSeq &&
      (ours ? ours.get(reached.lastSeq) === reached.lastHash : !further);
    if (!same && reached.lastSeq <= (asked.at(-1)?.seq ?? 0)) return this.conflict(reached.lastSeq, 'chain');
    // What was asked about is there, even where another place has gone on behind it.
    const batch = same ? reaching : asked;
    const confirmed = new Map(
      batch.map((entry): [number, Entry] => {
        const hash = ours?.get(entry.seq);
        return [entry.seq, { ...entry, sent: true, ...(hash && { hash }) }];
      }),
    );
    this.attempts = 0;
    this.resentFrom = null;
    this.known = reached;
    this.entries = this.entries.map((entry) => confirmed.get(entry.seq) ?? entry);
    void this.keep([...confirmed.values()]);
    if (!same) return this.goneOn(reached.lastSeq);
    this.become('saving');
    return true;
  }

  /** The server was only asked how far it has come. */
  private async wasAsked({ lastSeq, lastHash }: Reached): Promise<boolean> {
    const known = this.known?.lastSeq ?? 0;
    if (lastSeq !== known) return this.stepBack(lastSeq, known + 1);
    if (lastHash !== this.known?.lastHash) return this.conflict(lastSeq, 'chain');
    this.attempts = 0;
    this.become('saving');
    return true;
  }

  /** What the page handed over while it was going away may be there before the answer: then our own acts follow the batch. */
  private reachedBy(batch: readonly Entry[], { lastSeq }: Reached): readonly Entry[] {
    const last = batch.at(-1)?.seq ?? 0;
    return [...batch, ...this.entries.filter(({ seq }) => seq > last && seq <= lastSeq)];
  }

  /** The hash after each act of a batch; null where what lies before it is not known. */
  private async chainOver(batch: readonly Entry[]): Promise<Map<number, string> | null> {
    const first = batch[0]?.seq ?? 0;
    let hash =
      this.known?.lastSeq === first - 1
        ? this.known.lastHash
        : await hashAt(this.options.token, this.entries, first - 1);
    if (hash === null) return null;
    const hashes = new Map<number, string>();
    for (const { seq, event } of batch) {
      hash = await chained(hash, event);
      hashes.set(seq, hash);
    }
    return hashes;
  }

  /** The server misses events that we still have: send them again, once. Anything else is somebody else's work. */
  private async stepBack(lastSeq: number, first: number): Promise<boolean> {
    const have = this.entries[0]?.seq ?? first;
    if (lastSeq < first - 1 && have <= lastSeq + 1 && this.resentFrom !== lastSeq) {
      this.resentFrom = lastSeq;
      this.known = null;
      this.entries = this.entries.map((entry) => (entry.seq > lastSeq ? { ...entry, sent: false } : entry));
      return true;
    }
    return this.goneOn(lastSeq);
  }

  private async goneOn(lastSeq: number): Promise<boolean> {
    let reached: Reached | null;
    try {
      reached = await this.options.goneOn();
    } catch {
      return this.took({ kind: 'unreachable' }, []);
    }
    if (this.paused || this.stopped) return false;
    if (!reached) return this.conflict(lastSeq, 'sequence');
    await this.renumber(reached);
    return true;
  }

  private conflict(lastSeq: number, why: 'sequence' | 'chain'): false {
    this.state = { kind: 'conflict', waiting: this.waiting, lastSeq, why };
    this.options.changed();
    return false;
  }

  private again(after: number | undefined): void {
    this.retry = setTimeout(() => void this.flush(), after);
  }

  private become(kind: 'saving' | 'offline' | 'signedOut' | 'signed'): void {
    this.state = { kind, waiting: this.waiting };
    this.options.changed();
  }
}

function now(): string {
  return new Date().toISOString();
}

/** What was asked of the server last was not done. */
function isTrouble({ kind }: SaveState): boolean {
  return kind === 'offline' || kind === 'signedOut' || kind === 'failed';
}

/** Only the reader can say how it goes on. */
function isFinal({ kind }: SaveState): boolean {
  return kind === 'conflict' || kind === 'signed';
}
