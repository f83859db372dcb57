import { useSyncExternalStore } from 'react';
import type { Form } from '../api';
import type { Draft } from '../ledger/events';
import { asked, scored } from '../session/form';
import { nextQuestion } from './questions/order';

/** The question of the form that has the keys, or null while the segments have them. */
export function fieldInFocus(): string | null {
  return fieldOf(document.activeElement);
}

export function fieldOf(element: Element | null): string | null {
  const place = element?.closest<HTMLElement>('[data-field], [data-text]');
  return place?.dataset.field ?? place?.dataset.text ?? null;
}

export function useFieldInFocus(): string | null {
  return useSyncExternalStore(subscribe, fieldInFocus);
}

/** Whether somebody signs in again: the bar must not go away under the hands, or the rest of the password is taken for keys. */
export function useSigningIn(): boolean {
  return useSyncExternalStore(subscribe, isSigningIn);
}

function isSigningIn(): boolean {
  return document.activeElement?.closest('[data-signing-in]') != null;
}

function subscribe(changed: () => void): () => void {
  // On its way from one element to the next the focus is nowhere for a moment.
  const left = () => setTimeout(changed);
  document.addEventListener('focusin', changed);
  document.addEventListener('focusout', left);
  return () => {
    document.removeEventListener('focusin', changed);
    document.removeEventListener('focusout', left);
  };
}

export function focusField(name: string): void {
  const group = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`);
  const input =
    group?.querySelector<HTMLInputElement>('input[type="radio"]:checked') ??
    group?.querySelector<HTMLInputElement>('input') ??
    document.querySelector<HTMLElement>(`[data-text="${CSS.escape(name)}"]`);
  input?.focus();
  (group ?? input)?.scrollIntoView({ block: 'nearest' });
}

/**
 * Go to the next question behind `from`. When none is open: back to segments without a score, otherwise on to what is still to
 * be written and then to the signature. Never back to a segment that is scored: what is typed next would change it.
 */
export function focusNextQuestion(form: Form, draft: Draft, from: string | null = fieldInFocus()): void {
  hasArrived();
  const open = asked(form, draft);
  const next = nextQuestion(open, draft.fields, from);
  const { done, total } = scored(form, draft);
  const text = open.find(
    ({ name, kind }) => kind === 'text' && name !== from && draft.fields[name] === undefined,
  );
  if (next !== null) focusField(next);
  else if (from === null && open[0]) focusField(open[0].name);
  else if (done < total) leaveFields();
  else if (text) focusField(text.name);
  else document.querySelector<HTMLElement>('[data-finish]')?.focus();
}

/** Where the focus came to by itself after an answer, until something is done there. */
let arrivedAt: Element | null = null;

/** The answer before leads here by itself: the Enter that belongs to it may still come. */
export function arriveAtNextQuestion(...where: Parameters<typeof focusNextQuestion>): void {
  focusNextQuestion(...where);
  arrivedAt = document.activeElement;
}

export function isOfAnswerBefore(element: Element): boolean {
  return element === arrivedAt;
}

/** The reader has seen that another question has the keys. */
export function hasArrived(): void {
  arrivedAt = null;
}

export function focusComment(): void {
  document.querySelector<HTMLElement>('[data-text]')?.focus();
}

/** Give the keys back to the segments. */
export function leaveFields(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
