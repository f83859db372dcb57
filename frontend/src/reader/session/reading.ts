/**
 * One read while it is being scored: the draft, where the reader is, how the pictures look, and what became of each act. No
 * framework: components subscribe to it.
 */
import type { Read } from '../api';
import { inward, outward, STATES, type StateName } from '../heart/segments';
import { contentDigest } from '../ledger/content';
import {
  type Change,
  type Draft,
  differences,
  type Entry,
  type FieldChange,
  type FieldValue,
  folded,
  type Mark,
  type ScoreChange,
  valueIn,
} from '../ledger/events';
import { type Act, acted, type History, historyOf, NO_HISTORY, redone, undone } from '../ledger/history';
import { EventQueue, type SaveState, type Send } from '../ledger/queue';
import type { LedgerStore } from '../ledger/store';
import { missing } from './checks';
import { firstView, recorded, type View } from './view';

export interface Focus {
  state: StateName;
  segment: number;
}

/** A read that can still be scored. */
export type OpenRead = Read & { draft: Draft };

export interface Snapshot {
  draft: Draft;
  focus: Focus;
  view: View;
  save: SaveState;
  /** False when this browser keeps nothing: the reader is told not to close the page. */
  durable: boolean;
  canUndo: boolean;
  canRedo: boolean;
  /** Another tab of this browser writes; this one only shows. */
  writable: boolean;
}

const VIEW_SETTLES_MS = 700;

export class Reading {
  private current: Snapshot;
  private history: History;
  private readonly queue: EventQueue;
  private readonly listeners = new Set<() => void>();
  private readonly opened = performance.now();
  private viewTimer: ReturnType<typeof setTimeout> | undefined;
  private viewRecorded: Readonly<Record<string, string>>;

  constructor(
    readonly read: OpenRead,
    store: LedgerStore,
    kept: readonly Entry[],
    send: Send,
  ) {
    const { token, last_seq: lastSeq } = read;
    const ours = continues(kept, lastSeq);
    this.queue = new EventQueue({ token, store, send, kept: ours, lastSeq, changed: () => this.changed({}) });
    this.history = ours.length === kept.length ? historyOf(ours) : NO_HISTORY;
    const view = firstView(read.display);
    this.viewRecorded = recorded(view);
    const draft = this.queue.waitingOn(read.draft);
    this.current = {
      draft,
      focus: firstBlank(draft) ?? { state: 'stress', segment: 1 },
      view,
      ...this.derived(),
      writable: true,
    };
    this.queue.flush();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.current;

  /** Score the focused segment and go on to the next. */
  score(value: Mark): void {
    const { focus } = this.current;
    this.act([{ kind: 'score', ...focus, value }]);
    if (this.current.writable) this.move(1);
  }

  /** Clear the focused segment; when it is blank already, step back and clear that one. */
  clear(): void {
    const { draft, focus } = this.current;
    if (draft.scores[focus.state][focus.segment - 1] === null) this.move(-1);
    this.act([{ kind: 'score', ...this.current.focus, value: null }]);
  }

  /** Score all 17 segments of the states 0, in one act. */
  scoreAllNormal(states: readonly StateName[]): void {
    const changes = states.flatMap((state) =>
      this.current.draft.scores[state].map((_, index): ScoreChange => {
        return { kind: 'score', state, segment: index + 1, value: 0 };
      }),
    );
    this.act([...changes, { kind: 'view', name: 'all_normal', value: states.join(' ') }]);
    this.changed({ focus: firstBlank(this.current.draft) ?? this.current.focus });
  }

  setField(name: string, value: FieldValue | null): void {
    this.act([{ kind: 'field', name, value }]);
  }

  /** Segment 17 of stress is followed by segment 1 of rest, and that of rest by segment 1 of stress. */
  move(step: 1 | -1): void {
    const { state, segment } = this.current.focus;
    const next = segment + step;
    if (next >= 1 && next <= 17) this.focus({ state, segment: next });
    else this.focus({ state: other(state), segment: step === 1 ? 1 : 17 });
  }

  moveAcross(way: 'outward' | 'inward'): void {
    const { state, segment } = this.current.focus;
    this.focus({ state, segment: way === 'outward' ? outward(segment) : inward(segment) });
  }

  toggleState(): void {
    const { state, segment } = this.current.focus;
    this.focus({ state: other(state), segment });
  }

  focus(focus: Focus): void {
    this.changed({ focus });
  }

  undo(): void {
    this.again('undo', undone(this.history));
  }

  redo(): void {
    this.again('redo', redone(this.history));
  }

  show(view: View): void {
    this.changed({ view });
    clearTimeout(this.viewTimer);
    this.viewTimer = setTimeout(() => this.recordView(), VIEW_SETTLES_MS);
  }

  setWritable(writable: boolean): void {
    if (writable !== this.current.writable) this.changed({ writable });
  }

  retry(): Promise<boolean> {
    return this.queue.flush();
  }

  /** After a conflict: what waits here against what the server has now. */
  conflictWith(draft: Draft): (ScoreChange | FieldChange)[] {
    return differences(this.queue.waitingOn(draft), draft);
  }

  /** After a conflict: put what waits here on top of what the server has. */
  async keepMine(server: OpenRead): Promise<void> {
    this.history = NO_HISTORY;
    this.changed({ draft: this.queue.waitingOn(server.draft) });
    await this.queue.resendAfter(server.last_seq);
  }

  /** Everything sent; then the digest that the signature covers, of exactly what is shown. */
  async sealed(): Promise<{ content_sha256: string; last_seq: number } | null> {
    this.recordView();
    if (!(await this.queue.flush())) return null;
    const digest = await contentDigest(this.current.draft, this.read.form.version);
    return { content_sha256: digest, last_seq: this.queue.lastSeq };
  }

  /** After signing, or when the work of another place is taken instead: nothing of this read stays here. */
  async forget(): Promise<void> {
    this.close();
    await this.queue.forget();
  }

  close(): void {
    clearTimeout(this.viewTimer);
    this.queue.stop();
  }

  private act(changes: readonly Change[]): void {
    if (!this.current.writable) return;
    const { draft } = this.current;
    const real = changes.filter(
      (change) => change.kind === 'view' || valueIn(draft, change) !== change.value,
    );
    const undoable = real.flatMap((change): Act[number][] =>
      change.kind === 'view' ? [] : [{ change, before: valueIn(draft, change) }],
    );
    if (undoable.length === 0) return;
    this.history = acted(this.history, undoable);
    this.record(real, 'act');
  }

  private again(how: 'undo' | 'redo', step: ReturnType<typeof undone>): void {
    if (!step || !this.current.writable) return;
    this.history = step.history;
    this.record(step.changes, how);
    const last = step.changes.at(-1);
    if (last?.kind === 'score') this.focus({ state: last.state, segment: last.segment });
  }

  private record(changes: readonly Change[], how: Entry['how']): void {
    const { draft } = this.current;
    const elapsed_ms = performance.now() - this.opened;
    this.queue.append(changes, { act: crypto.randomUUID(), how, draft, elapsed_ms });
    this.changed({ draft: folded(draft, changes) });
  }

  private recordView(): void {
    clearTimeout(this.viewTimer);
    const now = recorded(this.current.view);
    const changes = Object.entries(now).flatMap(([name, value]): Change[] =>
      value === this.viewRecorded[name] ? [] : [{ kind: 'view', name, value }],
    );
    this.viewRecorded = now;
    if (changes.length > 0 && this.current.writable) this.record(changes, 'act');
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

/** What is kept here still belongs to the read when the server has nothing that we have not, or something waits. */
function continues(kept: readonly Entry[], lastSeq: number): readonly Entry[] {
  const newest = kept.at(-1)?.seq ?? 0;
  if (newest >= lastSeq) return kept;
  return kept.filter(({ sent }) => !sent);
}

function firstBlank(draft: Draft): Focus | null {
  const place = missing(draft, [])[0];
  return place?.kind === 'segment' ? { state: place.state, segment: place.segment } : null;
}

function other(state: StateName): StateName {
  return STATES.find((candidate) => candidate !== state) ?? state;
}
