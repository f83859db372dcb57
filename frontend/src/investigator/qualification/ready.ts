import type { QualificationCase } from '../../shared/api/types';

/** How many cases can train and test readers: complete, and with reference scores. */
export function readyCases(cases: readonly QualificationCase[]): { training: number; test: number } {
  const ready = cases.filter(({ waiting_for, reference }) => waiting_for.length === 0 && reference !== null);
  const count = (wanted: QualificationCase['purpose']) =>
    ready.filter(({ purpose }) => purpose === wanted).length;
  return { training: count('training'), test: count('test') };
}
