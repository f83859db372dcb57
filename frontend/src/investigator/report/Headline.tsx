import { formatNumber, formatPercent, formatSigned } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Banner, Panel } from '../../shared/ui';
import { written } from './estimates';
import { MarkLegend } from './MarkLegend';
import { compared, pooledOf, type Result, reference } from './result';

/** All segments together: one row an arm and state. */
export function Headline({ result }: { result: Result }) {
  const t = useT();
  const lang = useLanguage();
  const arms = compared(result);
  const against = reference(result)?.label ?? '';
  const { design } = result;
  const few = design.n_cases < 30;
  return (
    <Panel title={t('report.headline', { reference: against })} flush>
      <div className="padded stack">
        <p>
          {t('report.basis', {
            cases: design.n_cases,
            readers: design.readers.length,
            reads: design.n_reads_signed,
          })}
          {few && ` ${t('report.few')}`}
        </p>
        {result.missing_reads && (
          <Banner tone="warn">
            {t('report.missingReads', {
              missing: result.missing_reads.reads.length,
              due: design.n_reads_due,
              reason: result.missing_reads.reason,
            })}
          </Banner>
        )}
        <ul className="plain-list">
          {arms.map((arm) => {
            const row = pooledOf(result.score_differences, arm.code, 'stress');
            if (!row) return null;
            return (
              <li key={arm.code}>
                {t('report.sentence', {
                  arm: arm.label,
                  reference: against,
                  over: formatPercent(lang, row.over / row.n_reads),
                  under: formatPercent(lang, row.under / row.n_reads),
                  mean: formatSigned(lang, row.mean_difference.estimate, 2),
                })}
              </li>
            );
          })}
        </ul>
      </div>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('report.arm')}</th>
              <th scope="col">{t('report.state')}</th>
              <th scope="col" className="num">
                {t('report.pairs')}
              </th>
              <th scope="col" className="num">
                {t('report.over')}
              </th>
              <th scope="col" className="num">
                {t('report.equal')}
              </th>
              <th scope="col" className="num">
                {t('report.under')}
              </th>
              <th scope="col" className="num">
                {t('report.meanScore')}
              </th>
              <th scope="col" className="num">
                {t('report.meanUptake')}
              </th>
            </tr>
          </thead>
          <tbody>
            {arms.flatMap((arm) =>
              design.states.map((state) => {
                const score = pooledOf(result.score_differences, arm.code, state);
                const uptake = pooledOf(result.uptake_differences, arm.code, state);
                if (!score) return null;
                return (
                  <tr key={`${arm.code}/${state}`}>
                    <th scope="row">{t('report.versus', { arm: arm.label, reference: against })}</th>
                    <td>{t(`state.${state}`)}</td>
                    <td className="num">{formatNumber(lang, score.n_reads)}</td>
                    <td className="num">{formatPercent(lang, score.over / score.n_reads, 1)}</td>
                    <td className="num">{formatPercent(lang, score.equal / score.n_reads, 1)}</td>
                    <td className="num">{formatPercent(lang, score.under / score.n_reads, 1)}</td>
                    <td className="num">{written(lang, score.mean_difference, 'signed', 2)}</td>
                    <td className="num">{written(lang, uptake?.mean_difference, 'signed', 1)}</td>
                  </tr>
                );
              }),
            )}
          </tbody>
        </table>
      </div>
      <MarkLegend
        of={[...result.score_differences, ...result.uptake_differences]
          .filter((row) => row.segment === 0)
          .map((row) => row.mean_difference)}
      />
    </Panel>
  );
}
