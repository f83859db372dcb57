/**
 * One read while it is being scored: the draft, where the reader is, how the pictures look, and what became of each act. No
 * framework: components subscribe to it.
 */
import type { Sealed } from '../api';
import type { StateName } from '../heart/segments';
import { contentDigest } from '../ledger/content';
import {
  type Change,
  type Difference,
  type Draft,
  differences,
  type Entry,
  type FieldValue,
  folded,
  isOfNow,
  type Mark,
  markOf,
  type ReadEvent,
  type ScoreChange,
  sameValue,
  valueIn,
} from '../ledger/events';
import { type Act, acted, type History, historyOf, NO_HISTORY, redone, undone } from '../ledger/history';
import { EventQueue } from '../ledger/queue';
import type { Reached } from '../ledger/sending';
import type { LedgerStore } from '../ledger/store';
import { AttentionClock } from './attention';
import { content, sites } from './form';
import { Looking, seen } from './looking';
import { across, afterScored, firstBlank, opposite, stepped } from './moves';
import { type Focus, isStill, type Keeper, type OpenRead, type Snapshot, type Told } from './snapshot';
import { firstView, recorded, type View } from './view';

export type { Focus, OpenRead, Snapshot, Told };

const VIEW_SETTLES_MS = 700;
/** Words that follow sooner are undone together. */
const WRITING_RESTS_MS = 1_000;

export class Reading {
  private current: Snapshot;
  private history: History;
  private readonly queue: EventQueue;
  private readonly attention: AttentionClock;
  private readonly listeners = new Set<() => void>();
  private readonly opened = performance.now();
  /** Settles with the first complete picture. */
  readonly firstShown: Promise<void>;
  private tellShown: (() => void) | null = null;
  private stopwatch = 0;
  private viewTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly looking: Looking;
  /** The last act of before this page was opened. */
  private readonly begunBehind: number;
  /** Before there is a picture nothing can be scored or signed. */
  private pictured = false;
  /** The answer that grew last, while it is the last act. */
  private written: { name: string; act: string; at: number } | null = null;

  /** The read as the server had it when it was last asked. */
  private there: OpenRead;

  /** `kept`: what this computer still has of the read, as `resumed` left it. */
  constructor(
    readonly read: OpenRead,
    private readonly store: LedgerStore,
    kept: readonly Entry[],
    private readonly keeper: Keeper,
    told: Told | null = null,
  ) {
    this.firstShown = new Promise((tell) => {
      this.tellShown = tell;
    });
    const { token, last_seq: lastSeq, last_hash: lastHash } = read;
    const changed = () => this.changed({});
    const step = read.step.number;
    const amends = read.amendment?.version;
    const { send } = keeper;
    const goneOn = () => this.goneOn();
    const anew = (first: ReadEvent | undefined) => this.anew(first);
    this.there = read;
    this.queue = new EventQueue({
      token,
      step,
      amends,
      store,
      send,
      kept,
      lastSeq,
      lastHash,
      changed,
      goneOn,
      anew,
    });
    this.begunBehind = this.queue.lastSeq;
    this.attention = new AttentionClock(
      () => this.elapsed(),
      (state, at) => this.note('attention', state, at),
    );
    // What was done elsewhere in between cannot be undone here, nor what is signed.
    const ofNow = kept.filter((entry) => isOfNow(read, entry));
    this.history = (kept.at(-1)?.seq ?? 0) >= lastSeq ? historyOf(ofNow) : NO_HISTORY;
    const view = firstView(read);
    const draft = this.queue.mineOn(read.draft);
    const focus = firstBlank(read.form, draft) ?? { state: read.form.states[0] ?? '', segment: 1 };
    this.looking = new Looking(seen(view, focus));
    this.current = { draft, focus, view, ...this.derived(), writable: false, told };
    this.queue.pause(true);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.current;

  /** The slices are drawn. */
  drawn(): void {
    this.pictured = true;
  }

  /** The first complete picture is there: from now on the reading time counts. */
  shown(): void {
    if (!this.tellShown) return;
    this.note('shown', '');
    this.attention.start(document.visibilityState !== 'hidden');
    this.tellShown();
    this.tellShown = null;
  }

  /** Score the focused segment and go on to the next. */
  score(value: Mark): void {
    if (!this.pictured) return;
    const { focus } = this.current;
    this.act([{ kind: 'score', ...focus, value }]);
    if (this.current.writable) this.focus(afterScored(this.read.form, this.current.draft, focus));
  }

  /** Clear the focused segment; when it is blank already, step back and clear that one. */
  clear(): void {
    const { draft, focus } = this.current;
    if (markOf(draft, focus.state, focus.segment) === null) this.move(-1);
    this.act([{ kind: 'score', ...this.current.focus, value: null }]);
  }

  /** Score everything in the states 0, in one act. */
  scoreAllNormal(states: readonly StateName[]): void {
    const changes = states.flatMap((state) =>
      sites(this.read.form).map((segment): ScoreChange => ({ kind: 'score', state, segment, value: 0 })),
    );
    this.act([...changes, { kind: 'view', name: 'all_normal', value: states.join(' ') }]);
    this.changed({ focus: firstBlank(this.read.form, this.current.draft) ?? this.current.focus });
  }

  /** A click where clicks score: one more, and from the highest back to normal. */
  press(focus: Focus): void {
    this.focus(focus);
    const { scores } = this.read.form;
    const mark = markOf(this.current.draft, focus.state, focus.segment);
    const at = typeof mark === 'number' ? scores.indexOf(mark) : -1;
    const value = scores[(at + 1) % scores.length];
    if (value !== undefined) this.act([{ kind: 'score', ...focus, value }]);
  }

  setField(name: string, value: FieldValue | null): void {
    const { written } = this;
    const field = this.read.form.fields.find((one) => one.name === name);
    const goesOn = written?.name === name && this.elapsed() - written.at < WRITING_RESTS_MS;
    const act = goesOn ? written.act : crypto.randomUUID();
    if (!this.act([{ kind: 'field', name, value }], act)) return;
    const grows = field?.kind === 'text' || field?.kind === 'number';
    this.written = grows ? { name, act, at: this.elapsed() } : null;
  }

  move(step: 1 | -1): void {
    this.focus(stepped(this.read.form, this.current.focus, step));
  }

  moveAcross(way: 'up' | 'down'): void {
    this.focus(across(this.read.form, this.current.focus, way));
  }

  toggle(): void {
    this.focus(opposite(this.read.form, this.current.focus));
  }

  focus(focus: Focus): void {
    this.changed({ focus });
    this.viewSettles();
  }

  undo(): void {
    this.again('undo', undone(this.history));
  }

  redo(): void {
    this.again('redo', redone(this.history));
  }

  show(view: View): void {
    const peeked = view.peek !== this.current.view.peek;
    this.changed({ view });
    // A glance is over before the view settles.
    if (peeked) this.recordView();
    else this.viewSettles();
  }

  /** Something that was looked at, for the record: a lightbox, a cine. */
  note(name: string, value: string, elapsed_ms = this.elapsed()): void {
    this.recordLook();
    if (this.current.writable) this.record([{ kind: 'view', name, value }], 'act', { elapsed_ms });
  }

  /** Not writable before the other tabs have been asked: two that write would number their acts alike. */
  setWritable(writable: boolean): void {
    this.queue.pause(!writable);
    if (writable !== this.current.writable) this.changed({ writable });
    if (writable) void this.queue.flush();
  }

  /** The reader did something, or came back to the page or left it. */
  input(): void {
    this.attention.input();
  }

  visible(visible: boolean): void {
    this.attention.visible(visible);
    if (visible) void this.queue.flush();
    else this.recordView();
  }

  /** The page is going away. */
  part(): void {
    this.recordView();
    this.queue.part();
  }

  /** Time spent at the pictures since they were shown. */
  get activeMs(): number {
    return this.attention.activeMs;
  }

  retry(): Promise<boolean> {
    return this.queue.flush();
  }

  /** The reader has read what happened meanwhile. */
  heard(): void {
    if (this.current.told?.kind === 'left') void this.store.forgetAside(this.read.token);
    this.changed({ told: null });
  }

  /** After a conflict: what was done here against what the server has now. */
  conflictWith(draft: Draft): Difference[] {
    return differences(this.queue.mineOn(draft), draft);
  }

  /** After a conflict: put what was done here on top of what the server has. */
  async keepMine(server: OpenRead): Promise<void> {
    if (!this.current.writable) return;
    const mine = this.queue.mineOn(server.draft);
    this.history = NO_HISTORY;
    this.written = null;
    this.there = server;
    await this.queue.renumber({ lastSeq: server.last_seq, lastHash: server.last_hash });
    const waiting = this.queue.mineOn(server.draft);
    this.changed({ draft: waiting });
    const more = differences(mine, waiting).map(({ change }) => change);
    if (more.length > 0) this.record(more, 'act');
    await this.queue.flush();
  }

  /**
   * Everything sent; then the digest that the signature covers, of exactly what is shown. Nothing is sent until `unseal`. Null
   * where something is in the way, or where it is not any more what was shown.
   */
  async sealed(): Promise<Sealed | null> {
    if (!this.pictured) return null;
    this.recordView();
    const { draft } = this.current;
    const last = await this.queue.confirm();
    if (last === null) return null;
    if (differences(draft, this.current.draft).length > 0) {
      this.unseal();
      return null;
    }
    const { form, step, amendment } = this.read;
    const digest = await contentDigest(content(form, this.current.draft), form.version);
    return {
      content_sha256: digest,
      last_seq: last,
      step: step.number,
      meaning: amendment ? 'amended' : 'authored',
    };
  }

  /** Nothing was signed: what was done meanwhile is sent. */
  unseal(): void {
    this.queue.release();
  }

  /** After signing, or when the work of another place is taken instead: nothing of this read stays here. */
  async forget(): Promise<void> {
    clearTimeout(this.viewTimer);
    this.attention.stop();
    await this.queue.forget();
  }

  /** What cannot be sent now stays on this computer. */
  close(): void {
    this.recordView();
    this.attention.stop();
    void this.queue.flush().finally(() => this.queue.stop());
  }

  /**
   * The read went on in another place. How the pictures were looked at contradicts nothing: only where scores or answers came
   * there and wait here, too, the reader must say which count.
   */
  private async goneOn(): Promise<Reached | null> {
    const there = await this.keeper.latest();
    if (!isStill(there, this.read)) return null;
    const { firstToSay } = this.queue;
    // It was done before what the page was opened with: what that contradicts, nobody can tell any more.
    if (firstToSay !== null && firstToSay <= this.there.last_seq) return null;
    const known = folded(this.there.draft, this.queue.confirmedAfter(this.there.last_seq));
    if (differences(there.draft, known).length > 0) {
      if (firstToSay !== null) return null;
      this.history = NO_HISTORY;
      this.written = null;
      const { state, segment } = this.current.focus;
      // The next key must not land on what was scored there.
      const taken = markOf(there.draft, state, segment) !== markOf(this.current.draft, state, segment);
      const focus = (taken && firstBlank(this.read.form, there.draft)) || this.current.focus;
      this.changed({ draft: there.draft, focus, told: { kind: 'elsewhere' } });
    }
    this.there = there;
    return { lastSeq: there.last_seq, lastHash: there.last_hash };
  }

  /** Behind the acts of another place the time and the look of this page begin anew: the record had those of the other. */
  private anew(first: ReadEvent | undefined): { changes: Change[]; elapsed_ms: number } | null {
    const { state } = this.attention;
    if (state === null) return null;
    if (!first) this.stopwatch = this.elapsed();
    // What waits first was done by somebody who was there.
    const changes = this.looking.anew(this.queue.confirmedAfter(this.begunBehind), first ? null : state);
    return { changes, elapsed_ms: first?.elapsed_ms ?? this.stopwatch };
  }

  /** True when something changed. */
  private act(changes: readonly Change[], act: string = crypto.randomUUID()): boolean {
    if (!this.current.writable || !this.pictured) return false;
    const { draft } = this.current;
    const real = changes.filter(
      (change) => change.kind === 'view' || !sameValue(valueIn(draft, change), change.value),
    );
    const undoable = real.flatMap((change): Act[number][] =>
      change.kind === 'view' ? [] : [{ change, before: valueIn(draft, change) }],
    );
    if (undoable.length === 0) return false;
    this.history = acted(this.history, undoable, act === this.written?.act);
    this.written = null;
    this.recordLook();
    this.record(real, 'act', { act });
    return true;
  }

  private again(how: 'undo' | 'redo', step: ReturnType<typeof undone>): void {
    if (!step || !this.current.writable) return;
    this.history = step.history;
    this.written = null;
    this.recordLook();
    this.record(step.changes, how);
    const last = step.changes.at(-1);
    if (last?.kind === 'score') this.focus({ state: last.state, segment: last.segment });
  }

  private record(
    changes: readonly Change[],
    how: Entry['how'],
    { act = crypto.randomUUID() as string, elapsed_ms = this.elapsed() } = {},
  ): void {
    const { draft } = this.current;
    // The stopwatch never runs back while the page is open: the server takes that for another opening.
    this.stopwatch = Math.max(this.stopwatch, elapsed_ms);
    void this.queue.append(changes, { act, how, draft, elapsed_ms: this.stopwatch });
    this.changed({ draft: folded(draft, changes) });
  }

  private viewSettles(): void {
    clearTimeout(this.viewTimer);
    this.viewTimer = setTimeout(() => this.recordView(), VIEW_SETTLES_MS);
  }

  private recordView(): void {
    clearTimeout(this.viewTimer);
    this.recordSeen(seen(this.current.view, this.current.focus));
  }

  /** Before an act: it was done with this look of the pictures, settled or not. */
  private recordLook(): void {
    this.recordSeen(recorded(this.current.view));
  }

  private recordSeen(now: ReturnType<typeof seen>): void {
    if (!this.current.writable) return;
    const changes = this.looking.news(now);
    if (changes.length > 0) this.record(changes, 'act');
  }

  private elapsed(): number {
    return performance.now() - this.opened;
  }

  private derived(): Pick<Snapshot, 'save' | 'durable' | 'canUndo' | 'canRedo'> {
    return {
      save: this.queue.state,
      durable: this.queue.durable,
      canUndo: this.history.past.length > 0,
      canRedo: this.history.future.length > 0,
    };
  }

  private changed(part: Partial<Snapshot>): void {
    this.current = { ...this.current, ...this.derived(), ...part };
    for (const listener of this.listeners) listener();
  }
}
