import { useEffect, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { Reading } from '../session/reading';

/** How long somebody has looked at this read. Only where the study shows it: a clock hurries. */
export function ReadingTime({ reading }: { reading: Reading }) {
  const t = useT();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const tick = () => setSeconds(Math.floor(reading.activeMs / 1000));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [reading]);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <span className="position" role="timer" aria-live="off" aria-label={t('reader.time')}>
      {time}
    </span>
  );
}
