/** Undo without end. Undoing is itself recorded as new events, so the record shows that something was first scored otherwise. */
import type { Change, Entry } from './events';

/** Changes of one act, each with the value it replaced. */
export type Act = readonly { change: Exclude<Change, { kind: 'view' }>; before: Entry['before'] }[];

export interface History {
  past: readonly Act[];
  future: readonly Act[];
}

export const NO_HISTORY: History = { past: [], future: [] };

/** `goesOn`: with the act before, as words are that are written in one go. */
export function acted(history: History, act: Act, goesOn = false): History {
  if (act.length === 0) return history;
  const past = goesOn ? history.past.slice(0, -1) : history.past;
  const before = goesOn ? (history.past.at(-1) ?? []) : [];
  return { past: [...past, joined([...before, ...act])], future: [] };
}

/** Each place once, from what it was at first to what it was in the end. */
function joined(act: Act): Act {
  const places = new Map<string, Act[number]>();
  for (const { change, before } of act) {
    const place = change.kind === 'score' ? `${change.segment} ${change.state}` : `field ${change.name}`;
    places.set(place, { change, before: places.has(place) ? (places.get(place)?.before ?? null) : before });
  }
  return [...places.values()];
}

/** The changes that take the last act back, last first, and the history afterwards; null when there is nothing to undo. */
export function undone(history: History): { changes: Act[number]['change'][]; history: History } | null {
  const act = history.past.at(-1);
  if (!act) return null;
  const changes = [...act].reverse().map(({ change, before }) => withValue(change, before));
  return { changes, history: { past: history.past.slice(0, -1), future: [...history.future, act] } };
}

export function redone(history: History): { changes: Act[number]['change'][]; history: History } | null {
  const act = history.future.at(-1);
  if (!act) return null;
  const changes = act.map(({ change }) => change);
  return { changes, history: { past: [...history.past, act], future: history.future.slice(0, -1) } };
}

/** The history that a list of kept entries leaves, oldest first. */
export function historyOf(entries: readonly Entry[]): History {
  const acts = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.event.kind !== 'view') acts.set(entry.act, [...(acts.get(entry.act) ?? []), entry]);
  }
  let history = NO_HISTORY;
  for (const group of acts.values()) {
    const how = group[0]?.how;
    if (how === 'act') {
      history = acted(
        history,
        group.map(({ event, before }) => ({ change: bare(event) as Act[number]['change'], before })),
      );
    } else {
      history = (how === 'undo' ? undone(history) : redone(history))?.history ?? history;
    }
  }
  return history;
}

/** An event without what made it one. */
function bare(event: Entry['event']): Change {
  const { id: _id, seq: _seq, elapsed_ms: _elapsed, at: _at, ...change } = event;
  return change;
}

function withValue(change: Act[number]['change'], value: Entry['before']): Act[number]['change'] {
  return { ...change, value } as Act[number]['change'];
}
