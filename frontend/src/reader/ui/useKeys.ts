import { useEffect, useRef } from 'react';
import { type Command, commandOf } from '../session/keys';

/** Elements that need the keys themselves. */
const TYPING = 'input:not([type="radio"]):not([type="checkbox"]), textarea, select, [contenteditable="true"]';
const PRESSED_BY_KEY = 'button, a[href], summary';

/** Calls commands for keys, unless a dialog is open or somebody is typing. */
export function useKeys(
  enabled: boolean,
  run: (command: Command) => void,
  release: (code: string) => void,
): void {
  const latest = useRef({ run, release });
  latest.current = { run, release };
  useEffect(() => {
    if (!enabled) return;
    const down = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      const command = commandOf(event, target.closest('[data-field]') ? 'field' : 'segments');
      if (!command) return;
      if (target.matches(TYPING) && command !== 'read.finish') return;
      if (event.code === 'Space' && target.closest(PRESSED_BY_KEY)) return;
      event.preventDefault();
      latest.current.run(command);
    };
    const up = (event: KeyboardEvent) => latest.current.release(event.code);
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
    };
  }, [enabled]);
}
