// @vitest-environment jsdom
import { act, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import type { Form } from '../api';
import type { FieldValue } from '../ledger/events';
import { drafted, HEART, question } from '../ledger/forms.testing';
import { FormFields } from './FormFields';
import { fieldInFocus, focusField } from './fieldFocus';

const FORM: Form = {
  ...HEART,
  fields: [
    question({ name: 'quality', kind: 'choice', values: [1, 2, 3, 4, 5], required: true }),
    question({ name: 'artefacts', kind: 'choices', values: ['motion', 'breast', 'diaphragm'] }),
    question({ name: 'overall', kind: 'choice', values: ['a', 'b', 'c', 'd', 'e'], required: true }),
    question({ name: 'confidence', kind: 'number', required: true, minimum: 0, maximum: 100 }),
  ],
};

let root: Root;
let answers: Record<string, FieldValue>;

function Questions() {
  const [given, setGiven] = useState<Record<string, FieldValue>>({});
  const answer = (name: string, value: FieldValue | null) => {
    const { [name]: _before, ...others } = answers;
    answers = value === null ? others : { ...others, [name]: value };
    setGiven(answers);
  };
  return <FormFields form={FORM} draft={drafted(FORM, {}, given)} disabled={false} onAnswer={answer} />;
}

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  // Not part of this environment.
  Element.prototype.scrollIntoView = () => {};
  globalThis.CSS ??= { escape: (name: string) => name } as typeof CSS;
  await setLanguage('en');
  answers = {};
  root = createRoot(document.body.appendChild(document.createElement('div')));
  await act(async () => root.render(<Questions />));
  focusField('quality');
});

afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
});

async function press(code: string, more: KeyboardEventInit = {}): Promise<void> {
  const key = code.replace('Digit', '');
  const event = new KeyboardEvent('keydown', { code, key, bubbles: true, cancelable: true, ...more });
  await act(async () => {
    document.activeElement?.dispatchEvent(event);
  });
}

it('takes digit and Enter for each question, although a single choice goes on at the digit', async () => {
  for (const digit of [4, 3, 5]) {
    await press(`Digit${digit}`);
    await press('Enter');
  }
  expect(fieldInFocus()).toBe('confidence');
  for (const code of ['Digit8', 'Digit0', 'Enter']) await press(code);
  expect(answers).toEqual({ quality: 4, artefacts: ['diaphragm'], overall: 'e', confidence: 80 });
});

it('leaves a question without an answer at the second Enter, or at the first one where Enter led to it', async () => {
  await press('Digit4');
  await press('Enter');
  expect(fieldInFocus()).toBe('artefacts');
  await press('Enter');
  expect(fieldInFocus()).toBe('overall');
  await press('Enter');
  expect(fieldInFocus()).toBe('confidence');
});

it('goes on once however long Enter is held', async () => {
  await press('Digit4');
  await press('Digit3');
  await press('Enter');
  await press('Enter', { repeat: true });
  expect(fieldInFocus()).toBe('overall');
});
