import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useSession } from '../../shared/session';
import { type Keyboard, type Keys, keyboardOf } from './keyboard';
import type { Command } from './keys';
import { KeysHeld } from './keysHeld';

/** Elements that need the keys themselves. */
const TYPING =
  'input:not([type="radio"]):not([type="checkbox"]):not([type="range"]), textarea, select, [contenteditable="true"]';
const SLIDER = 'input[type="range"]';
const SLIDES = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'];
const PRESSED_BY_KEY = 'button, a[href], summary';
const PRESSES = ['Space', 'Enter', 'NumpadEnter'];
/** Where the scores and the answers are. */
const WIDGETS = '[data-bullseye], [data-regions], [data-field]';

export function useKeyboard(): Keyboard {
  return keyboardOf(useSession().user.id);
}

/** The keys as they are now; drawn again when one is changed. */
export function useKeyTable(): Keys {
  const keyboard = useKeyboard();
  return useSyncExternalStore(keyboard.subscribe, keyboard.snapshot, keyboard.snapshot);
}

/** Alt with an arrow is the browser's way back to another page: never out of a read, from no dialog and no text. */
function stay(event: KeyboardEvent): void {
  const sideways = event.code === 'ArrowLeft' || event.code === 'ArrowRight';
  if (event.altKey && sideways) event.preventDefault();
}

/**
 * Between the key that opens a dialog and the dialog, what is typed goes nowhere: not to the question behind it, either. The
 * browser keeps its own keys, but for those that could paste or erase in the text behind.
 */
function wait(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey } = event;
  const inText = event.target instanceof Element && event.target.matches(TYPING);
  const isBrowsers = ((ctrlKey || metaKey) && key !== 'Enter' && !inText) || /^F\d+$/.test(key);
  if (isBrowsers || document.querySelector(':modal')) return;
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Calls commands for keys, unless a dialog is open or somebody is typing. `release` is told the command whose key is let go, or
 * is taken to be when the window loses the focus.
 */
export function useKeys(
  enabled: boolean,
  run: (command: Command) => void,
  release: (command: Command) => void,
): void {
  const keyboard = useKeyboard();
  const latest = useRef({ run, release });
  latest.current = { run, release };
  useEffect(() => {
    window.addEventListener('keydown', stay, { capture: true });
    return () => window.removeEventListener('keydown', stay, { capture: true });
  }, []);
  useEffect(() => {
    if (!enabled) {
      window.addEventListener('keydown', wait, { capture: true });
      return () => window.removeEventListener('keydown', wait, { capture: true });
    }
    const held = new KeysHeld((command) => latest.current.release(command));
    const down = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      const context = target.closest('[data-field]') ? 'field' : 'segments';
      const command = keyboard.commandOf(event, context, target.closest(WIDGETS) !== null);
      if (!command) return;
      if (target.matches(TYPING) && command !== 'read.finish') return;
      if (target.matches(SLIDER) && SLIDES.includes(event.code) && !event.altKey) return;
      if (PRESSES.includes(event.code) && command !== 'read.finish' && target.closest(PRESSED_BY_KEY)) return;
      event.preventDefault();
      held.press(event.code, command);
      latest.current.run(command);
    };
    window.addEventListener('keydown', down);
    const end = held.listen();
    return () => {
      window.removeEventListener('keydown', down);
      end();
    };
  }, [enabled, keyboard]);
}
