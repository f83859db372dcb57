/** The answers at the end of a session while they are being given, and as they are sent. */
import type { Guess, Recall, SessionQuestions } from '../api';

export interface RecallDraft {
  seen: Recall['seen'] | null;
  /** As it is typed. */
  reads: string;
  positions: readonly number[];
}

export interface GuessDraft {
  answer: Guess['answer'];
  arm: number | null;
  /** As it is typed. */
  confidence: string;
}

export interface Answers {
  recall: RecallDraft;
  guesses: Readonly<Record<number, GuessDraft>>;
}

export const NO_ANSWERS: Answers = { recall: { seen: null, reads: '', positions: [] }, guesses: {} };

export const CONFIDENCE = { least: 0, most: 100 } as const;

/** A whole number within limits, or null. */
export function whole(typed: string, least: number, most: number): number | null {
  if (!/^\d{1,4}$/.test(typed.trim())) return null;
  const value = Number(typed);
  return value >= least && value <= most ? value : null;
}

/** How many of the session's reads had been seen: at least as many as were named. */
export function seenReads({ reads, positions }: RecallDraft, total: number): number | null {
  return whole(reads, Math.max(1, positions.length), total);
}

function isWhole(guess: GuessDraft | undefined): guess is GuessDraft {
  if (guess === undefined) return false;
  if (guess.answer !== 'arm') return true;
  return guess.arm !== null && whole(guess.confidence, CONFIDENCE.least, CONFIDENCE.most) !== null;
}

/** How many answers are still missing. */
export function missing(asked: SessionQuestions, { recall, guesses }: Answers): number {
  const known = recall.seen === 'yes' ? seenReads(recall, asked.reads.length) !== null : recall.seen !== null;
  const open = asked.guessed.filter((position) => !isWhole(guesses[position])).length;
  return open + (asked.recall && !known ? 1 : 0);
}

/** The body of the request, once nothing is missing. */
export function sent(
  asked: SessionQuestions,
  { recall, guesses }: Answers,
): { recall: Recall | null; guesses: Guess[] } {
  const seen = recall.seen === 'yes';
  return {
    recall:
      asked.recall && recall.seen
        ? {
            seen: recall.seen,
            reads: seen ? seenReads(recall, asked.reads.length) : null,
            positions: seen ? recall.positions.toSorted((a, b) => a - b) : [],
          }
        : null,
    guesses: asked.guessed.flatMap((position): Guess[] => {
      const guess = guesses[position];
      if (!guess) return [];
      const named = guess.answer === 'arm';
      return [
        {
          position,
          answer: guess.answer,
          arm: named ? guess.arm : null,
          confidence: named ? whole(guess.confidence, CONFIDENCE.least, CONFIDENCE.most) : null,
        },
      ];
    }),
  };
}
