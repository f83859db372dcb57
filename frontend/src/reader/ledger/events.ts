/** What a reader does, as events; the draft of a read is what remains when its events are applied in order. */
import type { Form, Read } from '../api';
import type { StateName } from '../heart/segments';

export type Score = number | 'NE';
/** Null is blank: not scored yet, which is not the same as normal. */
export type Mark = Score | null;
/** Several choices are listed in the order of the form. */
export type FieldValue = number | string | readonly (number | string)[];

export interface Draft {
  scores: Readonly<Record<StateName, readonly Mark[]>>;
  fields: Readonly<Record<string, FieldValue>>;
}

export interface ScoreChange {
  kind: 'score';
  state: StateName;
  segment: number;
  value: Mark;
}

export interface FieldChange {
  kind: 'field';
  name: string;
  value: FieldValue | null;
}

/** How the pictures were looked at; part of the record, not of the draft. */
export interface ViewChange {
  kind: 'view';
  name: string;
  value: string;
}

export type Change = ScoreChange | FieldChange | ViewChange;

/** As it goes to the server. */
export type ReadEvent = Change & { id: string; seq: number; elapsed_ms: number; at: string };

/** As it is kept on this computer: with what the server need not know, so that undo survives a reload. */
export interface Entry {
  token: string;
  /** The step of the read in which it was done. */
  step: number;
  /** The version that it amends; absent before the first signature. */
  amends?: number;
  seq: number;
  event: ReadEvent;
  sent: boolean;
  /** Of the chain up to and with this act, once the server has confirmed it. */
  hash?: string;
  /** Events of one act are undone together. */
  act: string;
  how: 'act' | 'undo' | 'redo';
  before: FieldValue | null;
}

/** What of a read is open. */
export type Now = Pick<Read, 'step' | 'amendment'>;

/** Whether it was done in what is open now. Before reads had steps, nothing was kept of one. */
export function isOfNow({ step, amendment }: Now, entry: Entry): boolean {
  return (entry.step ?? 1) === step.number && entry.amends === amendment?.version;
}

/** One act, apart from what it changes. */
export interface Doing extends Pick<Entry, 'token' | 'step' | 'amends' | 'act' | 'how'> {
  elapsed_ms: number;
  at: string;
}

/** What is kept of the changes of an act, numbered behind `seq`; `draft` is what they change. */
export function entriesOf(
  changes: readonly Change[],
  draft: Draft | null,
  doing: Doing,
  seq: number,
): Entry[] {
  const { elapsed_ms: elapsed, at, ...of } = doing;
  const elapsed_ms = Math.max(0, Math.round(elapsed));
  return changes.map((change, index): Entry => {
    const event = { id: crypto.randomUUID(), seq: seq + 1 + index, ...change, elapsed_ms, at };
    return { ...of, seq: event.seq, event, sent: false, before: draft && valueIn(draft, change) };
  });
}

/** A new act for the server: it may have kept this one under its old number, when only the answer was lost. */
export function renumbered({ hash: _, ...entry }: Entry, seq: number): Entry {
  return { ...entry, seq, event: { ...entry.event, id: crypto.randomUUID(), seq } };
}

/** Nothing scored and nothing answered. */
export function emptyDraft({ states, segments }: Pick<Form, 'states' | 'segments'>): Draft {
  return {
    scores: Object.fromEntries(states.map((state) => [state, Array<Mark>(segments).fill(null)])),
    fields: {},
  };
}

export function marksOf(draft: Draft, state: StateName): readonly Mark[] {
  return draft.scores[state] ?? [];
}

export function markOf(draft: Draft, state: StateName, segment: number): Mark {
  return draft.scores[state]?.[segment - 1] ?? null;
}

/** Whether two answers are the same answer. */
export function sameValue(one: FieldValue | null | undefined, other: FieldValue | null | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return one === other;
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** A question may have any name: nothing that every object has is an answer. */
export function answerTo({ fields }: Pick<Draft, 'fields'>, name: string): FieldValue | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export function applied(draft: Draft, change: Change): Draft {
  if (change.kind === 'score') {
    const marks = marksOf(draft, change.state).with(change.segment - 1, change.value);
    return { ...draft, scores: { ...draft.scores, [change.state]: marks } };
  }
  if (change.kind === 'field') {
    const { [change.name]: _, ...others } = draft.fields;
    const { name, value } = change;
    return { ...draft, fields: value === null || value === '' ? others : { ...others, [name]: value } };
  }
  return draft;
}

export function folded(draft: Draft, changes: Iterable<Change>): Draft {
  let result = draft;
  for (const change of changes) result = applied(result, change);
  return result;
}

export function valueIn(draft: Draft, change: Change): FieldValue | null {
  if (change.kind === 'score') return markOf(draft, change.state, change.segment);
  if (change.kind === 'field') return answerTo(draft, change.name) ?? null;
  return null;
}

/** A place in which two drafts differ, with what each of them says. */
export interface Difference {
  change: ScoreChange | FieldChange;
  other: FieldValue | null;
}

/** The segments and fields in which two drafts differ. */
export function differences(one: Draft, other: Draft): Difference[] {
  const scores = Object.keys(one.scores).flatMap((state) =>
    marksOf(one, state).flatMap((value, index): Difference[] => {
      const theirs = markOf(other, state, index + 1);
      const change: ScoreChange = { kind: 'score', state, segment: index + 1, value };
      return value === theirs ? [] : [{ change, other: theirs }];
    }),
  );
  const names = new Set([...Object.keys(one.fields), ...Object.keys(other.fields)]);
  const fields = [...names].flatMap((name): Difference[] => {
    const [mine, theirs] = [answerTo(one, name) ?? null, answerTo(other, name) ?? null];
    return sameValue(mine, theirs) ? [] : [{ change: { kind: 'field', name, value: mine }, other: theirs }];
  });
  return [...scores, ...fields];
}
