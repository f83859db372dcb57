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
          text={(value) => formatNumber(lang, value)}
          summary={t('view.polar', {
            segment: String(lowest + 1),
            value: formatNumber(lang, segments[lowest]),
          })}
        />
      </div>
      <table className="table compact segment-table">
        <caption className="visually-hidden">{t('view.segments')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('view.segment')}</th>
            <th scope="col" className="num">
              {t('view.uptake')}
            </th>
          </tr>
        </thead>
        <tbody>
          {segments.map((value, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the index is the segment
            <tr key={index}>
              <th scope="row">
                <SegmentName segment={index + 1} />
              </th>
              <td className="num">{formatNumber(lang, value, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
