import { useCallback, useEffect, useState } from 'react';
import type { Reading } from './reading';
import { type Hold, holdRead } from './tabs';

/** Lets this tab write the read while no other does. Returns how to take it over from another tab. */
export function useHold(reading: Reading): () => void {
  const [taking, setTaking] = useState(0);
  useEffect(() => {
    let hold: Hold | null = null;
    let ended = false;
    void holdRead(reading.read.token, taking > 0).then((got) => {
      hold = got;
      if (ended) return got?.release();
      reading.setWritable(got !== null);
      void got?.lost.then(() => {
        if (!ended) reading.setWritable(false);
      });
    });
    return () => {
      ended = true;
      hold?.release();
    };
  }, [reading, taking]);
  return useCallback(() => setTaking((count) => count + 1), []);
}
