/** Which questions a form asks, what is still open, and what a signature covers. The server follows the same rules. */
import type { Condition, Form, FormField } from '../api';
import type { StateName } from '../heart/segments';
import { answerTo, type Draft, type FieldValue, marksOf } from '../ledger/events';

/** The questions asked after what was answered so far, in the order of the form. */
export function asked(form: Form, draft: Draft): FormField[] {
  const kept = new Map<string, FieldValue>();
  return form.fields.filter((field) => {
    if (field.when && !holds(field.when, draft, kept)) return false;
    const answer = answerTo(draft, field.name);
    if (answer !== undefined) kept.set(field.name, answer);
    return true;
  });
}

/** `kept`: the answers to the questions that are asked themselves. */
function holds(when: Condition, draft: Draft, kept: ReadonlyMap<string, FieldValue>): boolean {
  if ('field' in when) {
    const answer = kept.get(when.field);
    const given = typeof answer === 'object' ? answer : answer === undefined ? [] : [answer];
    return given.some((value) => when.in.includes(value));
  }
  return Object.keys(draft.scores).some((state) =>
    when.scores.some((segment) => {
      const mark = marksOf(draft, state)[segment - 1];
      return typeof mark === 'number' && mark >= when.at_least;
    }),
  );
}

/** What is signed: every score, and the answers to the questions that are asked. */
export function content(form: Form, draft: Draft): Draft {
  const fields = asked(form, draft).flatMap(({ name }): [string, FieldValue][] => {
    const answer = answerTo(draft, name);
    return answer === undefined ? [] : [[name, answer]];
  });
  return { scores: draft.scores, fields: Object.fromEntries(fields) };
}

export type Place = { kind: 'segment'; state: StateName; segment: number } | { kind: 'field'; name: string };

/** In the order in which a reader fills them: state after state, then the questions. */
export function missing(form: Form, draft: Draft): Place[] {
  const segments = form.states.flatMap((state) =>
    sites(form)
      .filter((segment) => (marksOf(draft, state)[segment - 1] ?? null) === null)
      .map((segment): Place => ({ kind: 'segment', state, segment })),
  );
  const open = asked(form, draft).filter(
    ({ name, required }) => required && answerTo(draft, name) === undefined,
  );
  return [...segments, ...open.map(({ name }): Place => ({ kind: 'field', name }))];
}

/** What is scored in each state: segments of the heart or regions of the brain, numbered from 1. */
export function sites({ segments }: Pick<Form, 'segments'>): readonly number[] {
  return Array.from({ length: segments }, (_, index) => index + 1);
}

/** How many scores a read has and how many it needs. */
export function scored(form: Form, draft: Draft): { done: number; total: number } {
  const done = form.states.reduce(
    (sum, state) => sum + marksOf(draft, state).filter((mark) => mark !== null).length,
    0,
  );
  return { done, total: form.states.length * form.segments };
}
