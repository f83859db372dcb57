import type { Answer } from '../../shared/api/client';
import { formatPercent } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { ticks } from '../report/scale';

type Chart = Answer<'/api/studies/{study_id}/drift', 'post'>['readers'][number]['chart'];

const WIDTH = 900;
const HEIGHT = 232;
const LEFT = 56;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 44;

/** The share of equal scores, block by block, with its centre and control limits; a point outside is a square. */
export function DriftChart({ chart, name }: { chart: Chart; name: string }) {
  const t = useT();
  const lang = useLanguage();
  const { points, centre } = chart;
  const values = points.flatMap(({ agreement, lower, upper }) => [
    agreement,
    lower ?? agreement,
    upper ?? agreement,
  ]);
  const low = Math.max(0, Math.min(...values) - 0.05);
  const high = Math.min(1, Math.max(...values) + 0.05);
  const step = (WIDTH - LEFT - RIGHT) / points.length;
  const x = (at: number) => LEFT + (at + 0.5) * step;
  const y = (share: number) => TOP + ((high - share) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const bound = (side: 'lower' | 'upper') =>
    points
      .map((point, at) => {
        const value = point[side];
        return value === null ? '' : `${at === 0 ? 'M' : 'L'}${x(at) - step / 2} ${y(value)}h${step}`;
      })
      .join('');
  const labelled = Math.max(1, Math.ceil(points.length / 15));
  return (
    <figure className="drift-chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t('drift.summary', {
          name,
          centre: formatPercent(lang, centre, 1),
          points: points.length,
          outside: points.filter((point) => point.outside).length,
        })}
      >
        {ticks(low, high, 5).map((tick) => (
          <g key={tick}>
            <line className="tick" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text className="axis" x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
              {formatPercent(lang, tick)}
            </text>
          </g>
        ))}
        {centre !== null && (
          <line className="centre" x1={LEFT} x2={WIDTH - RIGHT} y1={y(centre)} y2={y(centre)} />
        )}
        <path className="limit" d={bound('lower')} />
        <path className="limit" d={bound('upper')} />
        <polyline
          className="course"
          points={points.map((point, at) => `${x(at)},${y(point.agreement)}`).join(' ')}
        />
        {points.map((point, at) =>
          point.outside ? (
            <rect
              key={point.first}
              className="outside"
              x={x(at) - 5}
              y={y(point.agreement) - 5}
              width={10}
              height={10}
            />
          ) : (
            <circle key={point.first} className="point" cx={x(at)} cy={y(point.agreement)} r={4} />
          ),
        )}
        {points.map(
          (point, at) =>
            at % labelled === 0 && (
              <text key={point.first} className="axis" x={x(at)} y={HEIGHT - BOTTOM + 16} textAnchor="middle">
                {point.first}–{point.last}
              </text>
            ),
        )}
        <text className="axis" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 8} textAnchor="middle">
          {t('drift.axis')}
        </text>
      </svg>
    </figure>
  );
}
