/** Every state that a charter had while it was edited, so that each change can be taken back. */
import { type Json, type JsonObject, sorted, withAt } from './document';

export interface History {
  past: readonly JsonObject[];
  present: JsonObject;
  future: readonly JsonObject[];
  /** The place that the last change was made at: going on to type there is the same change. */
  last: string;
}

export type Change =
  | { kind: 'edit'; values: Readonly<Record<string, Json | undefined>> }
  | { kind: 'replace'; document: JsonObject }
  | { kind: 'undo' }
  | { kind: 'redo' };

const MOST = 200;

export function begun(document: JsonObject): History {
  return { past: [], present: document, future: [], last: '' };
}

export function following(history: History, change: Change): History {
  const { past, present, future } = history;
  if (change.kind === 'undo') {
    const before = past.at(-1);
    if (!before) return history;
    return { past: past.slice(0, -1), present: before, future: [present, ...future], last: '' };
  }
  if (change.kind === 'redo') {
    const [next, ...later] = future;
    if (!next) return history;
    return { past: [...past, present], present: next, future: later, last: '' };
  }
  const next =
    change.kind === 'replace'
      ? change.document
      : Object.entries(change.values).reduce(
          (document, [path, value]) => withAt(document, path, value),
          present,
        );
  if (sorted(next) === sorted(present)) return history;
  const last = change.kind === 'edit' ? Object.keys(change.values).join(' ') : '';
  const goesOn = last !== '' && last === history.last && typeof first(change) !== 'boolean';
  return {
    past: goesOn ? past : [...past, present].slice(-MOST),
    present: next,
    future: [],
    last,
  };
}

function first(change: Change): Json | undefined {
  return change.kind === 'edit' ? Object.values(change.values)[0] : undefined;
}
