import { useEffect, useRef } from 'react';
import { colours } from '../../reader/picture/colours';
import { disc, type PolarMap, paintDisc } from '../../reader/picture/polarPicture';
import { formatNumber } from '../../shared/format';
import { Bullseye } from '../../shared/heart/Bullseye';
import { useLanguage, useT } from '../../shared/i18n';
import { ColourScale } from './ColourScale';
import { SegmentTable } from './SegmentTable';
import { imageScale, type Scale, UNCERTAINTY_SCALE } from './scales';
import type { Table } from './tables';

const SIDE = 352;

export interface Polar {
  map: PolarMap;
  /** 17 values in the map's units: % of the image's maximum, or points of it. */
  segments: readonly number[];
}

interface Props {
  image: Polar;
  uncertainty: Polar | null;
  table: Table;
}

/** The polar map with the mean of each segment, its uncertainty beside it, and the same numbers as a table. */
export function PolarView({ image, uncertainty, table }: Props) {
  const t = useT();
  const lang = useLanguage();
  const lowest = extreme(image.segments, (value, best) => value < best);
  const highest = uncertainty && extreme(uncertainty.segments, (value, best) => value > best);
  return (
    <div className="qc-lower">
      <div className={`qc-discs ${uncertainty ? 'two' : ''}`}>
        <Disc
          polar={image}
          scale={imageScale(table)}
          digits={0}
          label={t('view.uptakeOfMaximum')}
          summary={t('view.polar', {
            segment: String(lowest + 1),
            value: formatNumber(lang, image.segments[lowest]),
          })}
        />
        {uncertainty && highest !== null && (
          <Disc
            polar={uncertainty}
            scale={UNCERTAINTY_SCALE}
            digits={1}
            label={t('uncertainty.pointsOfMaximum')}
            summary={t('uncertainty.polar', {
              segment: String(highest + 1),
              value: formatNumber(lang, uncertainty.segments[highest], 1),
            })}
          />
        )}
      </div>
      <SegmentTable segments={image.segments} uncertainty={uncertainty?.segments ?? null} />
    </div>
  );
}

function extreme(values: readonly number[], better: (value: number, best: number) => boolean): number {
  return values.reduce((best, value, index) => (better(value, values[best] ?? value) ? index : best), 0);
}

interface DiscProps {
  polar: Polar;
  scale: Scale;
  digits: number;
  label: string;
  summary: string;
}

function Disc({ polar: { map, segments }, scale, digits, label, summary }: DiscProps) {
  const lang = useLanguage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { table, window } = scale;
  useEffect(() => {
    if (canvas.current) paintDisc(canvas.current, disc(map, SIDE), colours(table), window);
  }, [map, table, window]);
  return (
    <div className="stack tight">
      <div className="qc-disc">
        <canvas ref={canvas} width={SIDE} height={SIDE} aria-hidden="true" />
        <Bullseye
          values={segments}
          margin={false}
          text={(value) => formatNumber(lang, value, digits)}
          summary={summary}
        />
      </div>
      <ColourScale scale={scale} label={label} />
    </div>
  );
}
