import { ApiError } from '../shared/api';
import { formatBytes } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { Banner, Button, Facts, Failure, Panel, Progress } from '../shared/ui';
import { type Span, spoken } from './pace';
import type { UploadRun } from './run';

interface Props {
  run: UploadRun;
  onStop: () => void;
}

/** How far the work on a folder has come, and how long it may still take. */
export function RunPanel({ run, onStop }: Props) {
  const t = useT();
  const { phase, status } = run;
  const title = t(isUntaken(run) ? 'upload.phase.untaken' : `upload.phase.${phase}`);
  const stoppable = phase === 'listing' || phase === 'judging' || phase === 'sending';
  return (
    <Panel title={title} aside={stoppable && <Button onClick={onStop}>{t('upload.stop')}</Button>}>
      <div className="stack">
        {(phase === 'listing' || phase === 'judging') && <Preparing run={run} />}
        {(phase === 'sending' || phase === 'processing' || phase === 'done') && <Sending run={run} />}
        {run.lost && <Banner tone="warn">{t('upload.lost')}</Banner>}
        {run.known > 0 && <Facts items={[[t('upload.known'), t('upload.files', { count: run.known })]]} />}
        {run.unsent.length > 0 && <Unsent files={run.unsent} />}
        {phase === 'failed' && (
          <>
            <Failure error={run.error} />
            {!isUntaken(run) && <p>{t('upload.failedHint')}</p>}
          </>
        )}
        <p className="visually-hidden" role="status">
          {title} {status?.state === 'done' ? t('upload.files', { count: status.files.length }) : ''}
        </p>
      </div>
    </Panel>
  );
}

/** Whether the folder itself was at fault, so that nothing was ever begun: nothing is interrupted. */
export function isUntaken({ phase, error }: Pick<UploadRun, 'phase' | 'error'>): boolean {
  const codes = ['empty', 'too_many', 'too_large', 'unreadable', 'stale'];
  return phase === 'failed' && error instanceof ApiError && error.status === 0 && codes.includes(error.code);
}

function Preparing({ run: { phase, files, left } }: { run: UploadRun }) {
  const t = useT();
  const remaining = useRemaining(left);
  const found = phase === 'listing' ? files.done : files.total;
  return (
    <>
      <Progress
        label={t('upload.step.read')}
        value={phase === 'listing' ? 0 : 1}
        max={1}
        detail={found > 0 ? t('upload.found', { count: found }) : ''}
      />
      <Progress
        label={t('upload.step.judge')}
        value={phase === 'listing' ? 0 : files.done}
        max={phase === 'listing' ? 1 : files.total}
        detail={
          phase === 'listing'
            ? ''
            : joined(t('upload.judged', { done: files.done, total: files.total }), remaining)
        }
      />
      <p className="dim">{t('upload.nothingSent')}</p>
    </>
  );
}

function Sending({ run: { phase, files, bytes, left, status } }: { run: UploadRun }) {
  const t = useT();
  const lang = useLanguage();
  const remaining = useRemaining(left);
  const judged = status ? status.files.filter(({ verdict }) => verdict !== 'pending').length : 0;
  const total = status?.files.length ?? 0;
  return (
    <>
      <Progress
        label={t('upload.step.send')}
        value={bytes.total === 0 ? 1 : bytes.done}
        max={bytes.total === 0 ? 1 : bytes.total}
        detail={
          bytes.total === 0
            ? t('upload.nothingMissing')
            : joined(
                t('upload.sent', {
                  done: formatBytes(lang, bytes.done),
                  total: formatBytes(lang, bytes.total),
                }),
                t('upload.files', { count: files.done }),
                phase === 'sending' ? remaining : '',
              )
        }
      />
      <Progress
        label={t('upload.step.check')}
        value={judged}
        max={Math.max(1, total)}
        detail={status ? t('upload.judged', { done: judged, total }) : ''}
      />
    </>
  );
}

function Unsent({ files }: { files: UploadRun['unsent'] }) {
  const t = useT();
  return (
    <Banner tone="warn">
      {t('upload.unsent')}
      <ul className="long-list">
        {files.map(({ path, message }) => (
          <li key={path}>
            {path}: {message}
          </li>
        ))}
      </ul>
    </Banner>
  );
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join(' · ');
}

function useRemaining(seconds: number | null): string {
  const t = useT();
  if (seconds === null) return '';
  const span: Span = spoken(seconds);
  if (span.unit === 'moment') return t('left.moment');
  if (span.unit === 'seconds') return t('left.seconds', { number: span.count });
  return span.unit === 'minutes'
    ? t('left.minutes', { count: span.count })
    : t('left.hours', { count: span.count });
}
