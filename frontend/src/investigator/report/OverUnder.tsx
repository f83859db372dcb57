import { formatPercent } from '../../shared/format';
import { segmentKey } from '../../shared/heart/names';
import { useLanguage, useT } from '../../shared/i18n';
import { compared, type Result, reference, type StateName, segmentsOf } from './result';
import { ticks } from './scale';

const ROW = 26;
const BAR = 9;
const TOP = 26;
const LABEL = 190;
const WIDTH = 900;

interface Props {
  result: Result;
  state: StateName;
}

/** Share of reads scored under and over the reference, segment by segment, the arms above each other. */
export function OverUnder({ result, state }: Props) {
  const t = useT();
  const lang = useLanguage();
  const arms = compared(result).map((arm) => ({
    arm,
    rows: segmentsOf(result.score_differences, arm.code, state),
  }));
  const segments = arms[0]?.rows.map((row) => row.segment) ?? [];
  const shares = arms.flatMap(({ rows }) =>
    rows.flatMap((row) => [row.over / row.n_reads, row.under / row.n_reads]),
  );
  const most = Math.max(0.1, ...shares.filter(Number.isFinite));
  const half = (WIDTH - LABEL) / 2 - 12;
  const middle = LABEL + half + 6;
  const x = (share: number) => (share / most) * half;
  const height = TOP + segments.length * ROW + 6;
  const against = reference(result)?.label ?? '';
  const worst = arms.map(({ arm, rows }) => {
    const top = rows.reduce(
      (best, row) => (row.over / row.n_reads > best.over / best.n_reads ? row : best),
      rows[0] as (typeof rows)[number],
    );
    return top
      ? t('report.mostOver', {
          arm: arm.label,
          segment: t(segmentKey(top.segment)),
          share: formatPercent(lang, top.over / top.n_reads),
        })
      : '';
  });
  return (
    <figure className="over-under">
      <figcaption>
        <strong>{t('report.overUnder', { reference: against })}</strong>
        <span className="keys">
          {arms.map(({ arm }, index) => (
            <span key={arm.code} className={`key arm-${index}`}>
              {arm.label}
            </span>
          ))}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={worst.join(' ')}>
        {ticks(0, most, 4).flatMap((tick) =>
          [-1, 1].map((side) => (
            <g key={`${side}${tick}`}>
              <line
                className="tick"
                x1={middle + side * x(tick)}
                x2={middle + side * x(tick)}
                y1={TOP - 6}
                y2={height}
              />
              {(side === 1 || tick > 0) && (
                <text className="axis" x={middle + side * x(tick)} y={TOP - 11} textAnchor="middle">
                  {formatPercent(lang, tick)}
                </text>
              )}
            </g>
          )),
        )}
        {segments.map((segment, at) => (
          <g key={segment} transform={`translate(0 ${TOP + at * ROW})`}>
            <text className="name" x={LABEL - 8} y={ROW / 2 + 4} textAnchor="end">
              {segment} {t(segmentKey(segment))}
            </text>
            {arms.map(({ arm, rows }, index) => {
              const row = rows[at];
              if (!row) return null;
              const y = 3 + index * (BAR + 1);
              const over = x(row.over / row.n_reads);
              const under = x(row.under / row.n_reads);
              return (
                <g key={arm.code} className={`arm-${index}`}>
                  <rect className="over" x={middle} y={y} width={over} height={BAR} />
                  <rect className="under" x={middle - under} y={y} width={under} height={BAR} />
                </g>
              );
            })}
          </g>
        ))}
        <line className="zero" x1={middle} x2={middle} y1={TOP - 6} y2={height} />
      </svg>
      <p className="ends" aria-hidden="true">
        <span>← {t('report.under')}</span>
        <span>{t('report.over')} →</span>
      </p>
      <p className="dim">{worst.join(' ')}</p>
    </figure>
  );
}
