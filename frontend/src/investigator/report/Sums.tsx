import { useState } from 'react';
import { formatNumber } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Panel } from '../../shared/ui';
import { BlandAltman } from './BlandAltman';
import { written } from './estimates';
import { MarkLegend } from './MarkLegend';
import { compared, type Result, reference, type SumName } from './result';
import { padded } from './scale';

const SUMS: readonly SumName[] = ['SSS', 'SRS', 'SDS'];

export function Sums({ result }: { result: Result }) {
  const t = useT();
  const lang = useLanguage();
  const [sum, setSum] = useState<SumName>('SSS');
  const limits = result.sum_limits.filter((row) => row.score === sum);
  const points = limits.flatMap((row) => row.points);
  // One frame for all arms: the eye compares heights.
  const frame = {
    x: padded(
      points.map((point) => point.mean),
      1,
    ),
    y: padded(
      [
        ...points.map((point) => point.difference),
        ...limits.flatMap((row) => [row.lower.estimate ?? 0, row.upper.estimate ?? 0]),
      ],
      1,
    ),
  };
  return (
    <Panel
      title={t('report.sums')}
      aside={
        <fieldset className="choice" aria-label={t('report.sum')}>
          {SUMS.map((name) => (
            <button key={name} type="button" aria-pressed={name === sum} onClick={() => setSum(name)}>
              {name}
            </button>
          ))}
        </fieldset>
      }
      flush
    >
      <p className="padded dim">{t(`report.${sum}`)}</p>
      <div className="columns padded">
        {compared(result).map((arm) => {
          const row = limits.find((one) => one.arm === arm.code);
          return (
            row && (
              <BlandAltman
                key={arm.code}
                row={row}
                frame={frame}
                title={t('report.versus', { arm: arm.label, reference: reference(result)?.label ?? '' })}
              />
            )
          );
        })}
      </div>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('report.arm')}</th>
              <th scope="col" className="num">
                {t('report.reads')}
              </th>
              <th scope="col" className="num">
                {t('report.mean', { sum })}
              </th>
              <th scope="col" className="num">
                {t('report.sd')}
              </th>
              <th scope="col" className="num">
                {t('report.icc')}
              </th>
            </tr>
          </thead>
          <tbody>
            {result.design.arms.map((arm) => {
              const row = result.sums.find((one) => one.arm === arm.code && one.score === sum);
              return (
                row && (
                  <tr key={arm.code}>
                    <th scope="row">{arm.label}</th>
                    <td className="num">{row.n_reads}</td>
                    <td className="num">{formatNumber(lang, row.mean, 1)}</td>
                    <td className="num">{formatNumber(lang, row.sd, 1)}</td>
                    <td className="num">{written(lang, row.icc, 'plain', 2)}</td>
                  </tr>
                )
              );
            })}
          </tbody>
        </table>
      </div>
      <MarkLegend of={result.sums.filter((row) => row.score === sum).map((row) => row.icc)} />
    </Panel>
  );
}
