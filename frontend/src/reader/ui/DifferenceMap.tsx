import { useEffect, useMemo, useRef } from 'react';
import { useT } from '../../shared/i18n';
import { differenceColours } from '../picture/colours';
import type { Window } from '../picture/painter';
import { difference, type PolarMap } from '../picture/polarPicture';
import { Borders } from './Bullseye';
import { Disc } from './Disc';

const WINDOW: Window = { low: -0.5, high: 0.5 };

interface DifferenceMapProps {
  stress: PolarMap;
  rest: PolarMap;
  borders: boolean;
}

/** Rest minus stress on a scale of its own, so that it is not taken for perfusion. Only where the study shows it. */
export function DifferenceMap({ stress, rest, borders }: DifferenceMapProps) {
  const t = useT();
  const map = useMemo(() => difference(stress, rest), [stress, rest]);
  const bar = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = bar.current?.getContext('2d');
    context?.putImageData(new ImageData(differenceColours(), 256, 1), 0, 0);
  }, []);
  return (
    <section className="reader-difference" aria-label={t('reader.map.difference')}>
      <h2>{t('reader.map.difference')}</h2>
      <div className="reader-disc">
        <Disc map={map} table={differenceColours()} window={WINDOW} />
        {borders && (
          <svg viewBox="-1.02 -1.02 2.04 2.04" aria-hidden="true">
            <Borders />
          </svg>
        )}
      </div>
      <canvas ref={bar} className="reader-bar" width={256} height={1} />
      <div className="reader-bar-ends">
        <span>{t('reader.difference.worse')}</span>
        <span>{t('reader.difference.better')}</span>
      </div>
    </section>
  );
}
