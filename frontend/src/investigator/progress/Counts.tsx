import type { Progress } from '../../shared/api/types';
import { formatNumber, formatPercent } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Panel } from '../../shared/ui';

/** Every session over all readers. */
export function BySession({ sessions }: { sessions: Progress['sessions'] }) {
  const t = useT();
  const lang = useLanguage();
  return (
    <Panel title={t('progress.bySession')} flush>
      <div className="table-frame">
        <table className="table compact">
          <thead>
            <tr>
              <th scope="col">{t('progress.sessionName')}</th>
              <th scope="col" className="num">
                {t('progress.readsSigned')}
              </th>
              <th scope="col" className="num">
                {t('progress.share')}
              </th>
              <th scope="col" className="num">
                {t('progress.readersDone')}
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map(({ number, signed, total, finished, readers }) => (
              <tr key={number}>
                <th scope="row">{t('progress.session', { number })}</th>
                <td className="num">{t('overview.of', { done: signed, total })}</td>
                <td className="num">{formatPercent(lang, signed / total)}</td>
                <td className="num">{t('overview.of', { done: finished, total: readers })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** Every site: its cases, and the reads of them over all readers and arms together. */
export function BySite({ sites }: { sites: Progress['sites'] }) {
  const t = useT();
  const lang = useLanguage();
  return (
    <Panel title={t('progress.bySite')} flush>
      <div className="table-frame">
        <table className="table compact">
          <thead>
            <tr>
              <th scope="col">{t('progress.site')}</th>
              {(['cases', 'allocated', 'withheld', 'queries', 'readsSigned'] as const).map((name) => (
                <th key={name} scope="col" className="num">
                  {t(`progress.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sites.map((site) => (
              <tr key={site.code}>
                <th scope="row">
                  {site.code} <span className="dim">{site.name}</span>
                </th>
                <td className="num">{formatNumber(lang, site.cases)}</td>
                <td className="num">{formatNumber(lang, site.allocated)}</td>
                <td className="num">{formatNumber(lang, site.withheld)}</td>
                <td className="num">
                  {site.overdue > 0
                    ? t('progress.overdue', { count: site.queries, overdue: site.overdue })
                    : formatNumber(lang, site.queries)}
                </td>
                <td className="num">
                  {site.total > 0 ? t('overview.of', { done: site.signed, total: site.total }) : '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
