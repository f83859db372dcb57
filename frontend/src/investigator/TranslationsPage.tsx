import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ask } from '../shared/api/client';
import type { Translation } from '../shared/api/types';
import { formatNumber, shortDigest } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import {
  AiBadge,
  Badge,
  Banner,
  Empty,
  Failure,
  Loading,
  PageHead,
  Panel,
  Progress,
  type Tone,
} from '../shared/ui';

const TONE: Record<Translation['state'], Tone> = {
  queued: 'plain',
  leased: 'busy',
  done: 'good',
  failed: 'bad',
};

export default function TranslationsPage() {
  const t = useT();
  const study = useStudy();
  const jobs = useQuery({
    queryKey: ['translations', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/translations', { study_id: study.id }, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.some((job) => job.state === 'queued' || job.state === 'leased') ? 2_000 : 15_000,
  });
  const done = jobs.data?.filter((job) => job.state === 'done').length ?? 0;
  return (
    <>
      <PageHead title={t('translations.title')} lead={t('translations.lead')} />
      <Banner tone="warn">
        <AiBadge /> {t('ai.notice')}
      </Banner>
      {jobs.error && <Failure error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.isPending && <Loading />}
      {jobs.data && (
        <Panel flush={jobs.data.length === 0}>
          {jobs.data.length === 0 ? (
            <Empty title={t('translations.none')}>
              <p>{t('translations.noneText')}</p>
            </Empty>
          ) : (
            <Progress
              label={t('translations.progress')}
              value={done}
              max={jobs.data.length}
              detail={t('translations.done', { done, total: jobs.data.length })}
            />
          )}
        </Panel>
      )}
      {jobs.data && jobs.data.length > 0 && <Jobs jobs={jobs.data} />}
    </>
  );
}

function Jobs({ jobs }: { jobs: Translation[] }) {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  return (
    <Panel flush>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('cases.case')}</th>
              <th scope="col">{t('translations.image')}</th>
              <th scope="col">{t('translations.state')}</th>
              <th scope="col" className="num">
                {t('translations.attempts')}
              </th>
              <th scope="col" className="num">
                {t('translations.seconds')}
              </th>
              <th scope="col">{t('ai.model')}</th>
              <th scope="col">{t('translations.message')}</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.id}>
                <th scope="row" className="nowrap">
                  <Link href={`/studies/${study.id}/cases/${job.case.id}`}>{job.case.subject}</Link>
                </th>
                <td>{`${t(`set.${job.image_set}`)} · ${t(`state.${job.image_state}`)}`}</td>
                <td>
                  <Badge tone={TONE[job.state]}>{t(`translations.state.${job.state}`)}</Badge>
                </td>
                <td className="num">{job.attempts}</td>
                <td className="num">{formatNumber(lang, job.seconds, 1)}</td>
                <td>
                  {job.model ? (
                    <>
                      {job.model.name} {job.model.version}{' '}
                      <code title={job.model.digest}>{shortDigest(job.model.digest)}</code>
                    </>
                  ) : (
                    '–'
                  )}
                </td>
                <td className="dim">{job.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
