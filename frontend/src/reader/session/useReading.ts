import { useEffect, useSyncExternalStore } from 'react';
import type { Reading, Snapshot } from './reading';

const INPUTS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/**
 * A reading as it is now. It is told when the reader is there, when the page goes away, and when what waits may be sent: the
 * network is back, or somebody has signed in again in another tab.
 */
export function useReading(reading: Reading): Snapshot {
  useEffect(() => {
    const again = () => void reading.retry();
    const input = () => reading.input();
    const seen = () => reading.visible(document.visibilityState !== 'hidden');
    const part = () => reading.part();
    // Before the key or the click does something: the end of a rest stands in the record before what ended it.
    const first = { passive: true, capture: true };
    for (const name of INPUTS) window.addEventListener(name, input, first);
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('online', again);
    window.addEventListener('focus', again);
    window.addEventListener('pageshow', again);
    window.addEventListener('pagehide', part);
    return () => {
      for (const name of INPUTS) window.removeEventListener(name, input, first);
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('online', again);
      window.removeEventListener('focus', again);
      window.removeEventListener('pageshow', again);
      window.removeEventListener('pagehide', part);
    };
  }, [reading]);
  return useSyncExternalStore(reading.subscribe, reading.snapshot, reading.snapshot);
}
