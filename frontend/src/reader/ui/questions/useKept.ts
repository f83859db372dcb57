import { useLayoutEffect, useRef, useState } from 'react';

const WITHIN_MS = 300;

interface Kept {
  now: () => void;
  /** A moment after the first change that is not kept yet, however the hand goes on. */
  soon: () => void;
}

/** Has an answer kept while it is being given, and before the page or the question goes away. */
export function useKept(keep: () => void): Kept {
  const latest = useRef(keep);
  latest.current = keep;
  const [kept] = useState((): Kept => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const now = () => {
      clearTimeout(timer);
      timer = undefined;
      latest.current();
    };
    const soon = () => {
      timer ??= setTimeout(now, WITHIN_MS);
    };
    return { now, soon };
  });
  useLayoutEffect(() => {
    // The read hears of it after the questions: what it then hands over is complete.
    const going = ['beforeunload', 'pagehide', 'visibilitychange'] as const;
    for (const name of going) window.addEventListener(name, kept.now, true);
    return () => {
      for (const name of going) window.removeEventListener(name, kept.now, true);
      kept.now();
    };
  }, [kept]);
  return kept;
}
