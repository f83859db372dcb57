import { useEffect, useSyncExternalStore } from 'react';
import type { Reading, Snapshot } from '../session/reading';

/** A reading as it is now. What waits is sent as soon as the browser says that the network is back. */
export function useReading(reading: Reading): Snapshot {
  useEffect(() => {
    const again = () => void reading.retry();
    window.addEventListener('online', again);
    return () => window.removeEventListener('online', again);
  }, [reading]);
  return useSyncExternalStore(reading.subscribe, reading.snapshot, reading.snapshot);
}
