import { expect, test } from 'vitest';
import type { SessionQuestions } from '../api';
import { type Answers, missing, NO_ANSWERS, sent, whole } from './answers';

const reads = [1, 2, 3].map((number) => ({ number, signed_at: '2026-11-21T12:00:00Z' }));
const asked: SessionQuestions = {
  title: '',
  simulated: true,
  session: 1,
  reads,
  recall: true,
  arms: ['PET', 'SPECT'],
  guessed: [2, 3],
};
const CANNOT_TELL = { answer: 'cannot_tell', arm: null, confidence: '' } as const;

const given = (answers: Partial<Answers>): Answers => ({ ...NO_ANSWERS, ...answers });

test('a number is whole, within its limits, and nothing else', () => {
  expect(['0', ' 7 ', '100'].map((typed) => whole(typed, 0, 100))).toEqual([0, 7, 100]);
  expect(['', '101', '-1', '5.5', '1e2', 'x'].map((typed) => whole(typed, 0, 100))).toEqual(
    Array.from({ length: 6 }, () => null),
  );
});

test('every question that was asked is missing until it is answered whole', () => {
  expect(missing(asked, NO_ANSWERS)).toBe(3);
  expect(missing({ ...asked, recall: false, guessed: [] }, NO_ANSWERS)).toBe(0);
  const guesses = { 2: CANNOT_TELL, 3: { answer: 'arm', arm: 1, confidence: '' } } as const;
  const recall = { seen: 'no', reads: '', positions: [] } as const;
  expect(missing(asked, given({ guesses, recall }))).toBe(1);
  const sure = { ...guesses, 3: { answer: 'arm', arm: 1, confidence: '90' } } as const;
  expect(missing(asked, given({ guesses: sure, recall }))).toBe(0);
});

test('who has seen cases before says how many: at least as many as are named, at most all', () => {
  const seen = (typed: string, ...positions: number[]) =>
    missing({ ...asked, guessed: [] }, given({ recall: { seen: 'yes', reads: typed, positions } }));
  expect(['', '0', '1', '4'].map((typed) => seen(typed, 2, 3))).toEqual([1, 1, 1, 1]);
  expect(['2', '3'].map((typed) => seen(typed, 2, 3))).toEqual([0, 0]);
});

test('only what belongs to an answer is sent', () => {
  const answers = given({
    recall: { seen: 'unsure', reads: '2', positions: [3] },
    guesses: { 2: { answer: 'arm', arm: 0, confidence: ' 55' }, 3: { ...CANNOT_TELL, confidence: '80' } },
  });
  expect(sent(asked, answers)).toEqual({
    recall: { seen: 'unsure', reads: null, positions: [] },
    guesses: [
      { position: 2, answer: 'arm', arm: 0, confidence: 55 },
      { position: 3, answer: 'cannot_tell', arm: null, confidence: null },
    ],
  });
  expect(sent({ ...asked, recall: false }, answers).recall).toBeNull();
  const named = given({ recall: { seen: 'yes', reads: '2', positions: [3, 1] } });
  expect(sent({ ...asked, guessed: [] }, named).recall).toEqual({ seen: 'yes', reads: 2, positions: [1, 3] });
});
