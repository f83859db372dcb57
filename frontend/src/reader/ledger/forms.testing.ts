import type { Display, Form, FormField, Read } from '../api';
import { paired } from '../picture/layouts.testing';
import { type Draft, emptyDraft, type Mark } from './events';

export function question(given: Partial<FormField> & Pick<FormField, 'name' | 'kind'>): FormField {
  return { values: [], required: false, minimum: null, maximum: null, when: null, ...given };
}

/** Both states of the heart, with a few questions. */
export const HEART: Form = {
  version: 1,
  segments: 17,
  regions: [],
  states: ['stress', 'rest'],
  scores: [0, 1, 2, 3, 4],
  fields: [
    question({ name: 'quality', kind: 'choice', values: [1, 2, 3], required: true }),
    question({ name: 'comment', kind: 'text' }),
  ],
};

export const REGIONS = ['frontal', 'parietal', 'temporal', 'occipital', 'striatum', 'cerebellum'].flatMap(
  (region) => [`${region}_left`, `${region}_right`],
);

export const BRAIN: Form = {
  ...HEART,
  segments: REGIONS.length,
  regions: REGIONS,
  states: ['perfusion'],
};

export const EMPTY_HEART: Draft = emptyDraft(HEART);

/** Scores by number; the others are 0. */
export function drafted(
  form: Form,
  given: Readonly<Record<string, Readonly<Record<number, Mark>>>>,
  fields: Draft['fields'] = {},
): Draft {
  const marks = (some: Readonly<Record<number, Mark>> = {}) =>
    Array.from({ length: form.segments }, (_, index) => {
      const mark = some[index + 1];
      return mark === undefined ? 0 : mark;
    });
  return { scores: Object.fromEntries(form.states.map((state) => [state, marks(given[state])])), fields };
}

export const DISPLAY: Display = {
  tables: ['gray', 'cool'],
  default_table: 'cool',
  show_difference: true,
  show_sums: true,
  sums_when_complete: false,
  click_scores: false,
  show_time: false,
  layouts: [
    { ...paired(12, 2), name: '8x12' },
    { ...paired(16, 1), name: '6x16' },
  ],
  default_layout: '8x12',
};

/** An open read without pictures. */
export const READ: Read & { draft: Draft } = {
  token: 'a-read',
  purpose: 'study',
  study: { title: 'Study', simulated: true },
  position: { session: 1, number: 1, of: 2 },
  state: 'open',
  step: { number: 1 },
  step_before: null,
  amendment: null,
  unlock: null,
  form: HEART,
  display: DISPLAY,
  slots: [],
  cines: [],
  last_seq: 0,
  last_hash: '',
  draft: EMPTY_HEART,
  signature: null,
  display_check_due: false,
  break_due: false,
};
