import { formatNumber, formatSigned } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import type { LimitsRow } from './result';
import { ticks } from './scale';

const WIDTH = 460;
const HEIGHT = 300;
const LEFT = 44;
const RIGHT = 66;
const TOP = 12;
const BOTTOM = 38;

interface Props {
  row: LimitsRow;
  frame: { x: [number, number]; y: [number, number] };
  title: string;
}

/** Difference against mean, with bias and 95 % limits of agreement; a point is one reader's read of one case. */
export function BlandAltman({ row, frame, title }: Props) {
  const t = useT();
  const lang = useLanguage();
  const x = scaled(frame.x, LEFT, WIDTH - RIGHT);
  const y = scaled(frame.y, HEIGHT - BOTTOM, TOP);
  const [bias, lower, upper] = [row.bias.estimate, row.lower.estimate, row.upper.estimate];
  const summary = t('report.blandAltman', {
    title,
    bias: formatSigned(lang, bias, 1),
    lower: formatSigned(lang, lower, 1),
    upper: formatSigned(lang, upper, 1),
  });
  return (
    <figure className="bland-altman">
      <figcaption>
        <strong>{title}</strong>
        <br />
        <span className="dim">
          {t('report.limits', {
            bias: formatSigned(lang, bias, 1),
            lower: formatSigned(lang, lower, 1),
            upper: formatSigned(lang, upper, 1),
          })}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        {ticks(...frame.y, 6).map((tick) => (
          <g key={tick}>
            <line className="tick" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text className="axis" x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
              {formatNumber(lang, tick)}
            </text>
          </g>
        ))}
        {ticks(...frame.x, 6).map((tick) => (
          <text key={tick} className="axis" x={x(tick)} y={HEIGHT - BOTTOM + 16} textAnchor="middle">
            {formatNumber(lang, tick)}
          </text>
        ))}
        <line className="zero" x1={LEFT} x2={WIDTH - RIGHT} y1={y(0)} y2={y(0)} />
        {(
          [
            ['upper', upper],
            ['bias', bias],
            ['lower', lower],
          ] as const
        ).map(
          ([name, value]) =>
            value !== null && (
              <g key={name} className={name === 'bias' ? 'bias' : 'limit'}>
                <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
                <text x={WIDTH - RIGHT + 5} y={y(value) + 4}>
                  {formatSigned(lang, value, 1)}
                </text>
              </g>
            ),
        )}
        {row.points.map((point) => (
          <circle
            key={`${point.subject}/${point.reader}`}
            cx={x(point.mean)}
            cy={y(point.difference)}
            r={3.2}
          >
            <title>{`${point.subject} · ${point.reader}: ${formatSigned(lang, point.difference, 0)}`}</title>
          </circle>
        ))}
        <text className="axis" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 5} textAnchor="middle">
          {t('report.axisMean', { sum: row.score })}
        </text>
        <text
          className="axis"
          transform={`translate(11 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`}
          textAnchor="middle"
        >
          {t('report.axisDifference')}
        </text>
      </svg>
    </figure>
  );
}

function scaled([low, high]: [number, number], from: number, to: number): (value: number) => number {
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}
