import { useEffect } from 'react';
import type { Reading } from './reading';
import { type Hold, holdRead } from './tabs';

/** Lets this tab write the read while no other does, or takes it from the other one. */
export function useHold(reading: Reading, take: boolean): void {
  useEffect(() => {
    let hold: Hold | null = null;
    let ended = false;
    void holdRead(reading.read.token, take).then((got) => {
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
  }, [reading, take]);
}
