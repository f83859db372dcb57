import { useLanguage, useT } from '../../shared/i18n';
import { Panel } from '../../shared/ui';
import { written } from './estimates';
import { MarkLegend } from './MarkLegend';
import { pooledOf, type Result } from './result';

const STATES = ['stress', 'rest', 'both'] as const;

/** How far the readers agree with each other, arm by arm. */
export function ReaderAgreement({ result }: { result: Result }) {
  const t = useT();
  const lang = useLanguage();
  return (
    <Panel title={t('report.readers')} flush>
      <p className="padded dim">{t('report.readersText')}</p>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('report.arm')}</th>
              <th scope="col">{t('report.state')}</th>
              <th scope="col" className="num">
                {t('report.kappa')}
              </th>
              <th scope="col" className="num">
                {t('report.ac2')}
              </th>
              <th scope="col" className="num">
                {t('report.agreement')}
              </th>
              <th scope="col" className="num">
                {t('report.abnormal')}
              </th>
            </tr>
          </thead>
          <tbody>
            {result.design.arms.flatMap((arm) =>
              STATES.map((state) => {
                const row = pooledOf(result.reader_agreement, arm.code, state);
                if (!row) return null;
                return (
                  <tr key={`${arm.code}/${state}`}>
                    <th scope="row">{arm.label}</th>
                    <td>{t(`report.state.${state}`)}</td>
                    <td className="num">{written(lang, row.weighted_kappa, 'plain', 2)}</td>
                    <td className="num">{written(lang, row.ac2, 'plain', 2)}</td>
                    <td className="num">{written(lang, row.agreement, 'percent', 0)}</td>
                    <td className="num">{row.n_abnormal}</td>
                  </tr>
                );
              }),
            )}
          </tbody>
        </table>
      </div>
      <MarkLegend
        of={result.reader_agreement.flatMap((row) => [row.weighted_kappa, row.ac2, row.agreement])}
      />
    </Panel>
  );
}
