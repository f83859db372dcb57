/** The uploads of this browser by study: how far each has come, and who wants to know. */
import type { Upload } from '../shared/api/types';
import type { Intake } from './intake';
import type { Batch, Kept, Review } from './review/batch';
import type { CorrectionMemory } from './review/memory';

export type Phase = 'listing' | 'judging' | 'review' | 'sending' | 'processing' | 'done' | 'failed';

export interface Person {
  name: string;
  id: string;
}

/** How far an upload has come, as the page shows it. */
export interface UploadRun {
  /** Who the n-th file is of, as it says itself: never leaves this browser. */
  people: ReadonlyMap<number, Person>;
  phase: Phase;
  /** Files found, judged or sent in this phase, and the bytes of them. */
  files: { done: number; total: number };
  bytes: { done: number; total: number };
  /** Seconds that this phase may still take; null while nobody can tell. */
  left: number | null;
  /** The connection is gone; sending goes on by itself when it is back. */
  lost: boolean;
  review: Review | null;
  /** Local path of the n-th file: never leaves this browser. */
  names: string[];
  /** Files that were not sent at all, because of what they are. */
  kept: Kept[];
  /** Files whose content the server had already. */
  known: number;
  unsent: { path: string; message: string }[];
  status: Upload | null;
  error: unknown;
}

/** A page that is drawn more often than this only costs time. */
export const DRAW_MS = 150;

export interface Conduct {
  /** Ends everything about this folder. */
  abort: AbortController;
  /** Ends the sending only: back to the check, from where it goes on with what is missing. */
  sending: AbortController;
  batch: Batch | null;
  intake: Intake | null;
  memory: CorrectionMemory | null;
  drawing: ReturnType<typeof setTimeout> | null;
}

const runs = new Map<string, UploadRun>();
export const conducts = new Map<string, Conduct>();
const listeners = new Set<() => void>();

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function runOf(studyId: string): UploadRun | null {
  return runs.get(studyId) ?? null;
}

/** Whether closing the tab now would interrupt something; before sending nothing is lost, corrections are remembered. */
export function isSending(run: UploadRun | null): boolean {
  return run?.phase === 'sending';
}

function tellAll(): void {
  for (const listener of listeners) listener();
}

export function report(studyId: string, change: Partial<UploadRun>): void {
  const run = runs.get(studyId);
  if (!run) return;
  runs.set(studyId, { ...run, ...change });
  tellAll();
}

/** At most one drawing in a while, the last one always. */
export function throttled(signal: AbortSignal): (drawing: () => void) => void {
  let last = 0;
  let pending: (() => void) | null = null;
  return (drawing) => {
    const now = performance.now();
    if (now - last >= DRAW_MS) {
      last = now;
      pending = null;
      drawing();
    } else if (pending) {
      pending = drawing;
    } else {
      pending = drawing;
      setTimeout(
        () => {
          last = performance.now();
          if (!signal.aborted) pending?.();
          pending = null;
        },
        DRAW_MS - (now - last),
      );
    }
  };
}

export function putRun(studyId: string, run: UploadRun | null): void {
  if (run) runs.set(studyId, run);
  else runs.delete(studyId);
  tellAll();
}
