import { expect, test } from 'vitest';
import { question } from '../../ledger/forms.testing';
import { nextQuestion, toggled } from './order';

const QUALITY = question({ name: 'quality', kind: 'choice', values: [1, 2, 3], required: true });
const ARTEFACTS = question({ name: 'artefacts', kind: 'choices', values: ['motion', 'breast', 'other'] });
const OVERALL = question({ name: 'overall', kind: 'choice', values: ['normal'], required: true });
const COMMENT = question({ name: 'comment', kind: 'text', required: true });
const ALL = [QUALITY, ARTEFACTS, OVERALL, COMMENT];

test('the next question is the next one without an answer, required or not; text is never in the way', () => {
  expect(nextQuestion(ALL, {}, null)).toBe('quality');
  expect(nextQuestion(ALL, { quality: 2 }, 'quality')).toBe('artefacts');
  expect(nextQuestion(ALL, { quality: 2 }, 'artefacts')).toBe('overall');
  expect(nextQuestion(ALL, { quality: 2, overall: 'normal' }, 'overall')).toBeNull();
});

test('from the last question the way leads back to a required one that was passed over', () => {
  expect(nextQuestion(ALL, { overall: 'normal' }, 'overall')).toBe('quality');
});

test('several choices stay in the order of the form, and none is no answer', () => {
  expect(toggled(ARTEFACTS, undefined, 'other')).toEqual(['other']);
  expect(toggled(ARTEFACTS, ['other'], 'motion')).toEqual(['motion', 'other']);
  expect(toggled(ARTEFACTS, ['motion', 'other'], 'motion')).toEqual(['other']);
  expect(toggled(ARTEFACTS, ['other'], 'other')).toBeNull();
});
