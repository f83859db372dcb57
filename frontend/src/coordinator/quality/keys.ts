import { useEffect, useRef } from 'react';

const TYPING =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"], dialog';

/** Whether a key belongs to the page: nothing is being typed, and no other key goes with it. */
export function isOfPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return false;
  return (
    !(event.target instanceof Element && event.target.closest(TYPING)) &&
    !document.querySelector('dialog[open]')
  );
}

/** The name of a key of these pages: a letter, an arrow, or the digit of the key, `Shift+` before it if held. */
export function nameOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string {
  // The digit by its place: with Shift, keyboards give different signs.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  if (digit) return event.shiftKey ? `Shift+${digit}` : digit;
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

/** What keys do on a page. A key whose act is null does nothing now, and scrolls as ever. */
export function useKeys(acts: Readonly<Record<string, (() => void) | null>>): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const act = isOfPage(event) ? latest.current[nameOf(event)] : null;
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}
