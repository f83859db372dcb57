import { useSyncExternalStore } from 'react';
import type { Reading, Snapshot } from '../session/reading';

export function useReading(reading: Reading): Snapshot {
  return useSyncExternalStore(reading.subscribe, reading.snapshot, reading.snapshot);
}
