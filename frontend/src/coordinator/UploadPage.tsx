import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ask } from '../shared/api/client';
import { formatBytes } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Banner, Button, Facts, Failure, PageHead, Panel, Progress } from '../shared/ui';
import './coordinator.css';
import { chosen, type LocalFile, walk } from './folder';
import { UploadResult } from './UploadResult';
import { UploadsBefore } from './UploadsBefore';
import { begin, forget, isSending, runOf, subscribe, type UploadRun } from './upload';

export default function UploadPage() {
  const t = useT();
  const study = useStudy();
  const run = useSyncExternalStore(subscribe, () => runOf(study.id));
  const before = useQuery({
    queryKey: ['uploads', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/uploads', { study_id: study.id }, { signal }),
  });
  const { refetch } = before;

  useEffect(() => {
    if (run?.phase === 'done') void refetch();
  }, [run?.phase, refetch]);

  useEffect(() => {
    if (!isSending(run)) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [run]);

  return (
    <>
      <PageHead title={t('upload.title')} lead={t('upload.lead')}>
        {run && !isSending(run) && run.phase !== 'processing' && (
          <Button onClick={() => forget(study.id)}>{t('upload.another')}</Button>
        )}
      </PageHead>
      {!run && <DropZone onFiles={(files) => void begin(study.id, files)} />}
      {run && <RunPanel run={run} onStop={() => forget(study.id)} />}
      {run?.status && <UploadResult run={run} status={run.status} />}
      {!run && (
        <div className="columns">
          <Panel title={t('upload.rules')}>
            <ul className="plain-list">
              <li>{t('upload.rule.names')}</li>
              <li>{t('upload.rule.removed')}</li>
              <li>{t('upload.rule.kinds')}</li>
              <li>{t('upload.rule.again')}</li>
            </ul>
          </Panel>
          <UploadsBefore uploads={before.data} error={before.error} />
        </div>
      )}
    </>
  );
}

function DropZone({ onFiles }: { onFiles: (files: LocalFile[]) => void }) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<'empty' | 'unreadable' | null>(null);

  const take = (files: LocalFile[]) => {
    if (files.length === 0) setProblem('empty');
    else onFiles(files);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const entries = [...event.dataTransfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
    walk(entries).then(take, () => setProblem('unreadable'));
  };

  return (
    <section
      className={`drop-zone ${over ? 'over' : ''}`}
      aria-label={t('upload.drop')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <p className="drop-title">{t('upload.drop')}</p>
      <p className="dim">{t('upload.dropHint')}</p>
      <Button look="primary" onClick={() => input.current?.click()}>
        {t('upload.choose')}
      </Button>
      <input
        ref={(element) => {
          input.current = element;
          element?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        hidden
        data-testid="folder"
        onChange={(event) => take(chosen(event.target.files ?? []))}
      />
      {problem && <Banner tone="warn">{t(`upload.${problem}`)}</Banner>}
    </section>
  );
}

function RunPanel({ run, onStop }: { run: UploadRun; onStop: () => void }) {
  const t = useT();
  const lang = useLanguage();
  const { phase, files, bytes, status } = run;
  const judged = status ? status.files.filter(({ verdict }) => verdict !== 'pending').length : 0;
  const total = run.names.length;
  return (
    <Panel
      title={t(`upload.phase.${phase}`)}
      aside={isSending(run) && <Button onClick={onStop}>{t('upload.stop')}</Button>}
    >
      <div className="stack" aria-live="polite">
        <Progress
          label={t('upload.step.read')}
          value={phase === 'reading' ? files.done : total}
          max={total}
          detail={t('upload.files', { count: total })}
        />
        <Progress
          label={t('upload.step.send')}
          value={phase === 'reading' ? 0 : bytes.total === 0 ? 1 : bytes.done}
          max={bytes.total === 0 ? 1 : bytes.total}
          detail={
            phase === 'reading'
              ? ''
              : t('upload.sent', {
                  done: formatBytes(lang, bytes.done),
                  total: formatBytes(lang, bytes.total),
                })
          }
        />
        <Progress
          label={t('upload.step.check')}
          value={judged}
          max={total}
          detail={status ? t('upload.judged', { done: judged, total }) : ''}
        />
        {run.known > 0 && phase !== 'reading' && (
          <Facts items={[[t('upload.known'), t('upload.files', { count: run.known })]]} />
        )}
        {run.unsent.length > 0 && (
          <Banner tone="warn">
            {t('upload.unsent')}
            <ul>
              {run.unsent.map(({ path, message }) => (
                <li key={path}>
                  {path}: {message}
                </li>
              ))}
            </ul>
          </Banner>
        )}
        {phase === 'failed' && (
          <>
            <Failure error={run.error} />
            <p>{t('upload.failedHint')}</p>
          </>
        )}
      </div>
    </Panel>
  );
}
