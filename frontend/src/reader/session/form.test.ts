import { describe, expect, it } from 'vitest';
import type { Form } from '../api';
import { contentDigest } from '../ledger/content';
import { applied, type Draft } from '../ledger/events';
import { BRAIN, drafted, EMPTY_HEART, HEART, question } from '../ledger/forms.testing';
import { asked, content, missing, scored } from './form';
import vectors from './form.vectors.json';

const forms = vectors.forms as unknown as Readonly<Record<string, Form>>;
const names = (form: Form, draft: Draft) => asked(form, draft).map(({ name }) => name);

describe('browser and server', () => {
  it.each(vectors.cases.map((one, index) => [index, one] as const))(
    'ask, miss and sign the same of draft %i',
    async (_, { form: name, draft, asked: questions, missing: places, sha256 }) => {
      const form = forms[name] as Form;
      const given = draft as unknown as Draft;
      expect(names(form, given)).toEqual(questions);
      const open = missing(form, given).map((place) =>
        place.kind === 'field' ? `fields.${place.name}` : `scores.${place.state}.${place.segment}`,
      );
      expect(open).toEqual(places);
      expect(await contentDigest(content(form, given), form.version)).toBe(sha256);
    },
  );
});

describe('a question', () => {
  const form: Form = {
    ...HEART,
    fields: [
      question({ name: 'overall', kind: 'choice', values: ['normal', 'abnormal'], required: true }),
      question({
        name: 'territories',
        kind: 'choices',
        values: ['LAD', 'RCA'],
        required: true,
        when: { field: 'overall', in: ['abnormal'] },
      }),
      question({ name: 'vessel', kind: 'text', when: { field: 'territories', in: ['RCA'] } }),
      question({ name: 'inferior', kind: 'text', when: { scores: [4, 10], at_least: 2 } }),
    ],
  };

  it('is asked only while its condition holds, through a chain of conditions', () => {
    const fields = { overall: 'abnormal', territories: ['LAD', 'RCA'], vessel: 'x' };
    const draft = drafted(form, {}, fields);
    expect(names(form, draft)).toEqual(['overall', 'territories', 'vessel']);
    const normal = drafted(form, {}, { ...fields, overall: 'normal' });
    expect(names(form, normal)).toEqual(['overall']);
    expect(content(form, normal).fields).toEqual({ overall: 'normal' });
  });

  it('about segments counts scores of any state, and none that is not evaluable', () => {
    expect(names(form, drafted(form, { rest: { 10: 2 } }))).toContain('inferior');
    expect(names(form, drafted(form, { rest: { 10: 'NE' }, stress: { 4: 1 } }))).not.toContain('inferior');
  });
});

describe('what is missing', () => {
  it('is every blank segment, then every required question that is asked, in reading order', () => {
    expect(missing(HEART, EMPTY_HEART).length).toBe(35);
    expect(missing(HEART, drafted(HEART, { rest: { 5: null } }))).toEqual([
      { kind: 'segment', state: 'rest', segment: 5 },
      { kind: 'field', name: 'quality' },
    ]);
  });

  it('is not a segment that is not evaluable, nor an optional question', () => {
    const draft = drafted(HEART, { stress: { 3: 'NE' } }, { quality: 1 });
    expect(missing(HEART, draft)).toEqual([]);
    expect(scored(HEART, draft)).toEqual({ done: 34, total: 34 });
    expect(scored(BRAIN, drafted(BRAIN, { perfusion: { 1: null } }))).toEqual({ done: 11, total: 12 });
  });
});

it.each(['constructor', 'toString', '__proto__'])('A question may be called %s', (name) => {
  const field = question({ name, kind: 'choice', values: [1], required: true });
  const follows = question({ name: 'why', kind: 'text', when: { field: name, in: [1] } });
  const form = { ...HEART, fields: [field, follows] };
  const blank = drafted(form, {});
  expect(missing(form, blank)).toEqual([{ kind: 'field', name }]);
  expect(content(form, blank).fields).toEqual({});
  const answered = applied(blank, { kind: 'field', name, value: 1 });
  expect(missing(form, answered)).toEqual([]);
  expect(asked(form, answered)).toEqual([field, follows]);
  expect(Object.entries(content(form, answered).fields)).toEqual([[name, 1]]);
});
