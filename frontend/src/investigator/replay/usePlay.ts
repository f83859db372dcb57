import { useCallback, useEffect, useRef, useState } from 'react';
import { type Moment, momentAt } from './timeline';

export const SPEEDS = [1, 2, 4, 8] as const;

/** Plays moments in their own time, on the clock of the browser's pictures; stands still in a hidden tab. */
export function usePlay(all: readonly Moment[]) {
  const [index, setIndex] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(2);
  const last = Math.max(0, all.length - 1);
  const played = useRef(0);

  const go = useCallback(
    (next: number) => {
      const to = Math.min(Math.max(next, 0), last);
      played.current = all[to]?.played ?? 0;
      setIndex(to);
    },
    [all, last],
  );

  useEffect(() => {
    if (!playing) return;
    let before: number | null = null;
    let request = requestAnimationFrame(function tick(now) {
      played.current += before === null ? 0 : (now - before) * speed;
      before = now;
      const reached = momentAt(all, played.current);
      setIndex(reached);
      if (reached >= last) setPlaying(false);
      else request = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(request);
  }, [playing, speed, all, last]);

  const toggle = useCallback(() => {
    if (!playing && index >= last) go(0);
    setPlaying(!playing);
  }, [playing, index, last, go]);
  const step = useCallback(
    (by: number) => {
      setPlaying(false);
      go(index + by);
    },
    [index, go],
  );
  return { index, last, playing, speed, go, step, toggle, setSpeed };
}
