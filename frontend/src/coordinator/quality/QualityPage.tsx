import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ask } from '../../shared/api/client';
import { formatDay } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { AiBadge, Badge, Empty, Failure, Loading, PageHead, Panel, type Tone } from '../../shared/ui';
import { useSiteQueries } from './siteQueries';
import { type Row, rowsOf, WAITS, type Waits } from './waiting';
import '../coordinator.css';
import './quality.css';

const TONE: Record<Waits, Tone> = {
  answered: 'busy',
  check: 'warn',
  overdue: 'bad',
  queried: 'plain',
  before: 'plain',
};

/** What waits for the quality control, image by image: checks, answers of sites, answers that do not come. */
export default function QualityPage() {
  const t = useT();
  const study = useStudy();
  const [filter, setFilter] = useState<Waits | null>(null);
  const cases = useQuery({
    queryKey: ['cases', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/cases', { study_id: study.id }, { signal }),
    refetchInterval: 30_000,
  });
  const queries = useSiteQueries();
  const error = cases.error ?? queries.error;
  const all = cases.data && queries.data ? rowsOf(cases.data, queries.data) : null;
  const shown = (all ?? []).filter(({ waits }) => filter === null || waits === filter);
  const first = all?.find(({ one, waits }) => one.decides && (waits === 'check' || waits === 'answered'));
  return (
    <>
      <PageHead title={t('quality.title')} lead={t('quality.lead')}>
        {first && (
          <Link className="button primary" href={addressOf(study.id, first)}>
            {t('quality.start')}
          </Link>
        )}
      </PageHead>
      {error && (
        <Failure
          error={error}
          retry={() => {
            void cases.refetch();
            void queries.refetch();
          }}
        />
      )}
      {!all && !error && <Loading />}
      {all && (
        <Panel flush>
          {all.length === 0 ? (
            <Empty title={t(cases.data?.length ? 'quality.none' : 'cases.none')}>
              <p>{t(cases.data?.length ? 'quality.noneText' : 'cases.noneText')}</p>
            </Empty>
          ) : (
            <>
              <fieldset className="filters" aria-label={t('quality.filter')}>
                <button type="button" className="chip" aria-pressed={!filter} onClick={() => setFilter(null)}>
                  {t('quality.all', { number: all.length })}
                </button>
                {WAITS.map((name) => (
                  <button
                    key={name}
                    type="button"
                    className="chip"
                    aria-pressed={filter === name}
                    onClick={() => setFilter(name)}
                  >
                    {t(`quality.filter.${name}`, {
                      number: all.filter(({ waits }) => waits === name).length,
                    })}
                  </button>
                ))}
              </fieldset>
              {shown.length === 0 ? <Empty title={t('quality.noneSuch')} /> : <Rows rows={shown} />}
            </>
          )}
        </Panel>
      )}
    </>
  );
}

function Rows({ rows }: { rows: readonly Row[] }) {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('cases.case')}</th>
            <th scope="col">{t('cases.site')}</th>
            <th scope="col">{t('quality.image')}</th>
            <th scope="col">{t('quality.waits')}</th>
            <th scope="col">{t('quality.what')}</th>
            <th scope="col">{t('quality.due')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.image?.id ?? row.query?.id}>
              <th scope="row" className="nowrap">
                <Link href={addressOf(study.id, row)}>{row.one.subject}</Link>
              </th>
              <td>{row.one.site.code}</td>
              <td className="nowrap">
                {row.image
                  ? `${t(`set.${row.image.image_set}`)} · ${t(`state.${row.image.state}`)} `
                  : t('query.wholeCase')}
                {row.image?.source === 'translation' && <AiBadge />}
              </td>
              <td>
                <Badge tone={TONE[row.waits]}>{t(`quality.waits.${row.waits}`)}</Badge>
              </td>
              <td>
                {row.query
                  ? t(`query.category.${row.query.category}`)
                  : (row.image?.flags ?? []).join(t('list.separator'))}
              </td>
              <td className="nowrap">
                {row.query?.state === 'open' ? formatDay(lang, row.query.due_on) : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where somebody who decides looks at it, and where anybody else does. */
export function addressOf(studyId: string, { one, image }: Pick<Row, 'one' | 'image'>): string {
  const section = one.decides ? 'quality' : 'cases';
  return `/studies/${studyId}/${section}/${one.id}${image ? `?image=${image.id}` : ''}`;
}
