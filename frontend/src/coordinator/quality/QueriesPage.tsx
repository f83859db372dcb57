import { useState } from 'react';
import type { SiteQuery } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { useMay } from '../../shared/study';
import { Empty, Failure, Loading, PageHead, Panel } from '../../shared/ui';
import { QueryThread } from './QueryThread';
import { standingOf, useSiteQueries } from './siteQueries';
import '../coordinator.css';
import './quality.css';

type Filter = 'unclosed' | 'open' | 'overdue' | 'answered' | 'closed';

const MATCHES: Record<Filter, (query: SiteQuery) => boolean> = {
  unclosed: ({ state }) => state !== 'closed',
  open: ({ state }) => state === 'open',
  overdue: ({ overdue }) => overdue,
  answered: ({ state }) => state === 'answered',
  closed: ({ state }) => state === 'closed',
};
const URGENCY = ['overdue', 'open', 'answered', 'closed'] as const;

/** Questions of the quality control about the images of a site: for the coordinator to answer, for others to follow. */
export default function QueriesPage() {
  const t = useT();
  const answers = useMay('coordinator');
  const queries = useSiteQueries();
  const [filter, setFilter] = useState<Filter>('unclosed');
  const all = queries.data ?? [];
  const shown = all
    .filter(MATCHES[filter])
    .sort((a, b) => URGENCY.indexOf(standingOf(a)) - URGENCY.indexOf(standingOf(b)));
  return (
    <>
      <PageHead title={t('queries.title')} lead={t(answers ? 'queries.leadSite' : 'queries.leadAll')} />
      {queries.error && <Failure error={queries.error} retry={() => void queries.refetch()} />}
      {queries.isPending && <Loading />}
      {queries.data && all.length === 0 && (
        <Panel>
          <Empty title={t('queries.none')}>
            <p>{t(answers ? 'queries.noneSite' : 'queries.noneAll')}</p>
          </Empty>
        </Panel>
      )}
      {all.length > 0 && (
        <>
          <fieldset className="filters alone" aria-label={t('queries.filter')}>
            {(Object.keys(MATCHES) as Filter[]).map((name) => (
              <button
                key={name}
                type="button"
                className="chip"
                aria-pressed={filter === name}
                onClick={() => setFilter(name)}
              >
                {t(`queries.filter.${name}`, { number: all.filter(MATCHES[name]).length })}
              </button>
            ))}
          </fieldset>
          {shown.length === 0 && (
            <Panel>
              <Empty title={t(filter === 'unclosed' ? 'queries.allClosed' : 'queries.noneSuch')} />
            </Panel>
          )}
          {shown.map((query) => (
            <Panel key={query.id}>
              <QueryThread query={query} where />
            </Panel>
          ))}
        </>
      )}
    </>
  );
}
