import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import '../investigator.css';
import { ask } from '../../shared/api/client';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Empty, Failure, Field, Loading, PageHead, Panel } from '../../shared/ui';

/** All signed reads of an unblinded study. Before that, nobody sees a read again. */
export default function ReplaysPage() {
  const t = useT();
  const study = useStudy();
  const unblinded = study.state === 'unblinded';
  const [reader, setReader] = useState('');
  const listed = useQuery({
    queryKey: ['replays', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/replays', { study_id: study.id }, { signal }),
    enabled: unblinded,
  });
  const replays = listed.data?.replays ?? [];
  const readers = [...new Set(replays.map((replay) => replay.reader))];
  const shown = replays.filter((replay) => reader === '' || replay.reader === reader);
  return (
    <>
      <PageHead title={t('replay.title')} lead={t('replay.lead')} />
      {!unblinded && (
        <Panel flush>
          <Empty title={t('replay.closed')}>
            <p>{t('replay.closedText')}</p>
          </Empty>
        </Panel>
      )}
      {listed.error && <Failure error={listed.error} retry={() => void listed.refetch()} />}
      {unblinded && listed.isPending && <Loading />}
      {listed.data && replays.length === 0 && (
        <Panel flush>
          <Empty title={t('replay.none')} />
        </Panel>
      )}
      {replays.length > 0 && (
        <Panel flush>
          <div className="replay-filter">
            <Field label={t('replay.reader')}>
              <select value={reader} onChange={(event) => setReader(event.target.value)}>
                <option value="">{t('replay.allReaders', { count: replays.length })}</option>
                {readers.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </Field>
          </div>
          <div className="table-frame">
            <table className="table compact">
              <thead>
                <tr>
                  <th scope="col">{t('replay.read')}</th>
                  <th scope="col">{t('replay.reader')}</th>
                  <th scope="col">{t('replay.subject')}</th>
                  <th scope="col">{t('replay.arm')}</th>
                  <th scope="col">{t('replay.versions')}</th>
                  <th scope="col">{t('replay.signedAt')}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((replay) => (
                  <Row key={replay.token} study={study.id} replay={replay} />
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
    </>
  );
}

type Listed = Awaited<ReturnType<typeof ask<'/api/studies/{study_id}/replays'>>>['replays'][number];

function Row({ study, replay }: { study: string; replay: Listed }) {
  const t = useT();
  const lang = useLanguage();
  const { token, session, position, reader, subject, arm, versions, signed_at } = replay;
  return (
    <tr>
      <th scope="row">
        <Link className="replay-open" href={`/studies/${study}/replays/${token}`}>
          {t('replay.place', { session, number: position })}
        </Link>
      </th>
      <td>{reader}</td>
      <td>{subject}</td>
      <td>{arm}</td>
      <td>{versions}</td>
      <td className="nowrap">{formatTime(lang, signed_at)}</td>
    </tr>
  );
}
