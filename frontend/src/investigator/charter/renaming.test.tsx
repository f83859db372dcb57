// @vitest-environment jsdom
import { act, useReducer } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import type { JsonObject } from './document';
import { type Editing, EditingContext } from './editing';
import { begun, following } from './history';
import ArmsSection from './sections/ArmsSection';
import FormSection from './sections/FormSection';

const DOCUMENT: JsonObject = {
  organ: 'heart',
  arms: ['A', 'B', 'C'].map((code) => ({ code, label: `Arm ${code}`, steps: [['spect']] })),
  reference_arm: 'C',
  endpoints: [{ name: 'Summed scores', compare: ['B', 'A'], against: 'C' }],
  form: {
    fields: ['quality', 'quality_2', 'why'].map((name) => ({ name, kind: 'choice', values: ['good'] })),
  },
  adjudication: { when: { category_field: 'quality_2' } },
};

let host: HTMLElement;
let root: Root;
let document_: JsonObject;

function Edited() {
  const [history, change] = useReducer(following, DOCUMENT, begun);
  document_ = history.present;
  const edit: Editing['edit'] = (values) => change({ kind: 'edit', values });
  return (
    <EditingContext value={{ document: document_, edit, breaches: [], clauses: [], closed: false }}>
      <ArmsSection />
      <FormSection />
    </EditingContext>
  );
}

const field = (stored: string) =>
  [...host.querySelectorAll('input')].find((input) => input.value === stored) as HTMLInputElement;

/** As a person does: each text stands in the field for a moment, the last when it is left. */
async function type(input: HTMLInputElement, ...texts: string[]) {
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {};
  for (const text of texts) {
    const before = document_;
    await act(async () => {
      set?.call(input, text);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(document_).toBe(before);
  }
  await act(async () => {
    input.dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
  });
}

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
  await act(async () => root.render(<Edited />));
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

describe('the code of an arm', () => {
  it('is followed once it is left, though another code stood there on the way', async () => {
    await type(field('B'), '', 'A', 'AI');
    expect(document_.endpoints).toEqual([{ name: 'Summed scores', compare: ['AI', 'A'], against: 'C' }]);
    await type(field('C'), 'A', 'AI', 'B');
    expect(document_.endpoints).toEqual([{ name: 'Summed scores', compare: ['AI', 'A'], against: 'B' }]);
    expect(document_.reference_arm).toBe('B');
  });

  it('that another arm has is refused, and changes nothing', async () => {
    const code = field('B');
    await type(code, '', 'A');
    expect(host.querySelector('[role=alert]')?.textContent).toContain('“A” is used already');
    expect(code.getAttribute('aria-invalid')).toBe('true');
    await type(code, '');
    expect(host.querySelector('[role=alert]')?.textContent).toContain('Something must stand here');
    await type(code, 'A', 'B');
    expect(host.querySelector('[role=alert]')).toBeNull();
    expect(document_).toEqual(DOCUMENT);
    await type(code, 'A', 'AI');
    expect(document_.endpoints).toEqual([{ name: 'Summed scores', compare: ['AI', 'A'], against: 'C' }]);
  });
});

it('The name of a question is followed once it is left', async () => {
  await type(field('why'), 'quality', 'quality_2', 'quality_3');
  await type(field('quality_2'), 'quality', 'quali', 'quality_two');
  expect(document_.adjudication).toEqual({ when: { category_field: 'quality_two' } });
});
