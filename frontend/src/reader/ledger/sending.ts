/** What becomes of acts on their way to the server. */
import type { ReadEvent } from './events';

/** Acts that go to the server at once. */
export const BATCH = 50;

export type SaveState =
  | { kind: 'saved'; at: Date | null }
  | { kind: 'saving'; waiting: number }
  | { kind: 'offline'; waiting: number }
  /** The session has ended; sending goes on by itself once somebody has signed in again. */
  | { kind: 'signedOut'; waiting: number }
  | { kind: 'failed'; waiting: number; message: string }
  /** The read went on in another place, or the server holds other acts than were made here; `lastSeq` is the server's. */
  | { kind: 'conflict'; waiting: number; lastSeq: number; why: 'sequence' | 'chain' }
  /** The read was signed meanwhile. */
  | { kind: 'signed'; waiting: number };

/** What the server said, in the terms of the queue. */
export type Answer =
  | { kind: 'accepted'; lastSeq: number; hash: string }
  | { kind: 'unreachable' }
  | { kind: 'signedOut' }
  | { kind: 'sequence'; lastSeq: number }
  | { kind: 'signed' }
  | { kind: 'refused'; message: string };

/** `parting`: the page is going away, and nobody will hear the answer. */
export type Send = (
  token: string,
  step: number,
  events: readonly ReadEvent[],
  parting?: boolean,
) => Promise<Answer>;

/** How far the server has come. */
export interface Reached {
  lastSeq: number;
  lastHash: string;
}
