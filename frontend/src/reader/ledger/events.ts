/** What a reader does, as events; the draft of a read is what remains when its events are applied in order. */
import { STATES, type StateName } from '../heart/segments';

export type Score = number | 'NE';
/** Null is blank: not scored yet, which is not the same as normal. */
export type Mark = Score | null;
export type FieldValue = number | string;

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
  seq: number;
  event: ReadEvent;
  sent: boolean;
  /** Events of one act are undone together. */
  act: string;
  how: 'act' | 'undo' | 'redo';
  before: FieldValue | null;
}

export const EMPTY_DRAFT: Draft = {
  scores: { stress: Array(17).fill(null), rest: Array(17).fill(null) },
  fields: {},
};

export function applied(draft: Draft, change: Change): Draft {
  if (change.kind === 'score') {
    const marks = draft.scores[change.state].with(change.segment - 1, change.value);
    return { ...draft, scores: { ...draft.scores, [change.state]: marks } };
  }
  if (change.kind === 'field') {
    const { [change.name]: _, ...others } = draft.fields;
    return { ...draft, fields: change.value === null ? others : { ...others, [change.name]: change.value } };
  }
  return draft;
}

export function folded(draft: Draft, changes: Iterable<Change>): Draft {
  let result = draft;
  for (const change of changes) result = applied(result, change);
  return result;
}

export function valueIn(draft: Draft, change: Change): FieldValue | null {
  if (change.kind === 'score') return draft.scores[change.state][change.segment - 1] ?? null;
  if (change.kind === 'field') return draft.fields[change.name] ?? null;
  return null;
}

/** The segments and fields in which two drafts differ. */
export function differences(one: Draft, other: Draft): (ScoreChange | FieldChange)[] {
  const scores = STATES.flatMap((state) =>
    one.scores[state].flatMap((value, index): ScoreChange[] =>
      value === other.scores[state][index] ? [] : [{ kind: 'score', state, segment: index + 1, value }],
    ),
  );
  const names = new Set([...Object.keys(one.fields), ...Object.keys(other.fields)]);
  const fields = [...names].flatMap((name): FieldChange[] =>
    one.fields[name] === other.fields[name] ? [] : [{ kind: 'field', name, value: one.fields[name] ?? null }],
  );
  return [...scores, ...fields];
}
