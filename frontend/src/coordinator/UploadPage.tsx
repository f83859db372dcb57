import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { ask } from '../shared/api/client';
import { useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { useStudy } from '../shared/study';
import { Button, PageHead, Panel } from '../shared/ui';
import './coordinator.css';
import { DropZone } from './DropZone';
import { RunPanel } from './RunPanel';
import { ReviewPanels } from './review/ReviewPanels';
import { isSending, runOf, subscribe } from './run';
import { UploadResult } from './UploadResult';
import { UploadsBefore } from './UploadsBefore';
import { begin, forget, resume, stop } from './upload';

export default function UploadPage() {
  const t = useT();
  const study = useStudy();
  const { memberships } = useSession();
  const sites = memberships.flatMap(({ study: { id }, role, site }) =>
    id === study.id && role === 'coordinator' && site ? [site] : [],
  );
  const run = useSyncExternalStore(subscribe, () => runOf(study.id));
  const before = useQuery({
    queryKey: ['uploads', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/uploads', { study_id: study.id }, { signal }),
  });
  const { refetch } = before;
  const phase = run?.phase;

  useEffect(() => {
    if (phase === 'done') void refetch();
  }, [phase, refetch]);

  const sending = isSending(run);
  useEffect(() => {
    if (!sending) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [sending]);

  const reviewing = run?.phase === 'review' && run.review;
  return (
    <>
      <PageHead
        key={reviewing ? 'review' : 'upload'} // a new heading takes the focus: a screen reader goes on from there
        title={t(reviewing ? 'review.title' : 'upload.title')}
        lead={t(reviewing ? 'review.lead' : 'upload.lead')}
      >
        {phase === 'failed' && run?.review && (
          <Button look="primary" onClick={() => resume(study.id)}>
            {t('upload.resume')}
          </Button>
        )}
        {(phase === 'done' || phase === 'failed') && (
          <Button onClick={() => forget(study.id)}>{t('upload.another')}</Button>
        )}
      </PageHead>
      {!run && <DropZone sites={sites} onFiles={(listing, site) => void begin(study.id, listing, site)} />}
      {reviewing && <ReviewPanels studyId={study.id} review={reviewing} />}
      {run && !reviewing && <RunPanel run={run} onStop={() => stop(study.id)} />}
      {run?.status && <UploadResult run={run} status={run.status} />}
      {!run && (
        <div className="columns">
          <Panel title={t('upload.rules')}>
            <ol className="plain-list">
              <li>{t('upload.rule.here')}</li>
              <li>{t('upload.rule.see')}</li>
              <li>{t('upload.rule.server')}</li>
              <li>{t('upload.rule.names')}</li>
              <li>{t('upload.rule.again')}</li>
            </ol>
          </Panel>
          <UploadsBefore uploads={before.data} error={before.error} />
        </div>
      )}
    </>
  );
}
