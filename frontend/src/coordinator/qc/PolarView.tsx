import { useEffect, useRef } from 'react';
import { colours } from '../../reader/picture/colours';
import { disc, type PolarMap, paintDisc } from '../../reader/picture/polarPicture';
import { formatNumber } from '../../shared/format';
import { Bullseye } from '../../shared/heart/Bullseye';
import { SegmentName } from '../../shared/heart/SegmentName';
import { useLanguage, useT } from '../../shared/i18n';
import type { Table } from './ImageView';

const SIDE = 352;

interface Props {
  map: PolarMap;
  segments: readonly number[];
  table: Table;
}

/** The polar map with the mean of each segment, and the same numbers as a table. */
export function PolarView({ map, segments, table }: Props) {
  const t = useT();
  const lang = useLanguage();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) paintDisc(canvas.current, disc(map, SIDE), colours(table), { low: 0, high: 1 });
  }, [map, table]);
  const lowest = segments.reduce((low, value, index) => (value < (segments[low] ?? 0) ? index : low), 0);
  return (
    <div className="qc-lower">
      <div className="qc-disc">
        <canvas ref={canvas} width={SIDE} height={SIDE} aria-hidden="true" />
        <Bullseye
          values={segments}
          margin={false}
          text={(value) => formatNumber(lang, value)}
          summary={t('view.polar', {
            segment: String(lowest + 1),
            value: formatNumber(lang, segments[lowest]),
          })}
        />
      </div>
      <div className="stack tight">
        <h3>{t('view.segments')}</h3>
        <ol className="segment-list">
          {segments.map((value, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the index is the segment
            <li key={index}>
              <span>
                <SegmentName segment={index + 1} />
              </span>
              <span>{formatNumber(lang, value, 1)}</span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
