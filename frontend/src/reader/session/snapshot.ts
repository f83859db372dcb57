/** What a page shows of an open read, and who keeps it. */
import type { Read } from '../api';
import type { StateName } from '../heart/segments';
import type { Draft } from '../ledger/events';
import type { SaveState, Send } from '../ledger/sending';
import type { View } from './view';

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
  /** What happened to the read while nobody looked, until the reader has heard it. */
  told: Told | null;
}

export type Told =
  /** Scores and answers of this computer that have no place in what is open now. */
  | { kind: 'left'; count: number }
  /** The tab that wrote was closed. */
  | { kind: 'regained' }
  /** Another computer added scores or answers. */
  | { kind: 'elsewhere' };

/** Whether something keeps the reader from going on as usual, or happened meanwhile. */
export function isNotable({ save, writable, told }: Snapshot): boolean {
  return !writable || told !== null || !['saved', 'saving', 'offline'].includes(save.kind);
}

/** Who keeps the read: takes events, and says what a read looks like now. */
export interface Keeper {
  send: Send;
  latest: () => Promise<Read>;
}

export function isOpen(read: Read): read is OpenRead {
  return read.state === 'open' && read.draft !== null;
}

/** Whether it is still the step and the version that is open here. */
export function isStill(there: Read, { step, amendment }: Read): there is OpenRead {
  return (
    isOpen(there) && there.step.number === step.number && there.amendment?.version === amendment?.version
  );
}
