import { useSyncExternalStore } from 'react';

/** The question of the form that has the keys, or null while the segments have them. */
export function fieldInFocus(): string | null {
  return document.activeElement?.closest<HTMLElement>('[data-field]')?.dataset.field ?? null;
}

export function useFieldInFocus(): string | null {
  return useSyncExternalStore(subscribe, fieldInFocus);
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
  const group = document.querySelector(`[data-field="${CSS.escape(name)}"]`);
  const choice = group?.querySelector<HTMLInputElement>('input:checked') ?? group?.querySelector('input');
  choice?.focus();
}

export function focusComment(): void {
  document.querySelector<HTMLElement>('[data-text]')?.focus();
}

/** Give the keys back to the segments. */
export function leaveFields(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
