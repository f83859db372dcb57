import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ApiError } from '../shared/api';
import { tell } from '../shared/api/client';
import { formatBytes, formatTime } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useMay, useStudy } from '../shared/study';
import {
  Banner,
  Button,
  Empty,
  Facts,
  Failure,
  Field,
  Loading,
  PageHead,
  Panel,
  Progress,
  SignDialog,
} from '../shared/ui';
import { useAdjudication } from './adjudication/queries';
import './investigator.css';
import './report/report.css';
import type { Report } from './queries';
import { readsOf, useProgress, useReport } from './queries';
import { Findings } from './report/Findings';
import { Scores } from './report/Scores';

export default function ReportPage() {
  const t = useT();
  const study = useStudy();
  const report = useReport(study.id);
  if (isClosed(report.error) && study.state !== 'unblinded')
    return (
      <Panel>
        <Empty title={t('report.closed')}>
          <p>{t('report.closedText')}</p>
        </Empty>
      </Panel>
    );
  if (report.error && !report.data)
    return <Failure error={report.error} retry={() => void report.refetch()} />;
  if (!report.data) return <Loading />;
  const { state, result } = report.data;
  return (
    <>
      <PageHead title={t('report.title')} lead={t('report.lead')} />
      {report.data.note && <Banner>{report.data.note}</Banner>}
      {state === 'none' && <BeforeLock />}
      {state === 'computing' && (
        <Panel>
          <Empty title={t('report.computing')}>
            <p>{t('report.computingText')}</p>
          </Empty>
        </Panel>
      )}
      {state === 'failed' && <Failed />}
      {state === 'sealed' && (
        <Panel>
          <Empty title={t('unblinding.sealed')}>
            <p>{t('unblinding.sealedText')}</p>
            <p>
              <Link href={`/studies/${study.id}/unblinding`}>{t('unblinding.go')}</Link>
            </p>
          </Empty>
        </Panel>
      )}
      {report.data.lock && <Locked report={report.data} />}
      {state === 'ready' && <Scores />}
      {state === 'ready' && result && <Findings result={result} />}
    </>
  );
}

/** Whom a report concerns only later is told of no report. */
function isClosed(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 404;
}

function Failed() {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => tell('/api/studies/{study_id}/report/again', { study_id: study.id }, undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ['report', study.id] }),
  });
  return (
    <>
      <Banner
        tone="bad"
        action={
          may && (
            <Button busy={again.isPending} onClick={() => again.mutate()}>
              {t('report.again')}
            </Button>
          )
        }
      >
        {t('report.failed')}
      </Banner>
      {again.isError && <Failure error={again.error} />}
    </>
  );
}

function Locked({ report }: { report: Report }) {
  const t = useT();
  const lang = useLanguage();
  const { lock, files } = report;
  if (!lock) return null;
  return (
    <Panel title={t('report.lock')}>
      <div className="locked">
        <Facts
          items={[
            [t('report.lockedAt'), formatTime(lang, lock.locked_at)],
            [t('report.lockedBy'), lock.by],
            [t('report.lockDigest'), <code key="digest">{lock.digest}</code>],
          ]}
        />
        {files.length > 0 && (
          <ul className="files">
            {files.map((file) => (
              <li key={file.name}>
                <a className="button" href={file.url} download title={`SHA-256 ${file.sha256}`}>
                  {file.name} <span className="dim">{formatBytes(lang, file.size)}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

function BeforeLock() {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const progress = useProgress(study.id);
  const [locking, setLocking] = useState(false);
  const [missingReason, setMissingReason] = useState('');
  const { signed, total } = readsOf(progress.data);
  const unfinished = progress.data?.readers.filter((reader) => reader.signed < reader.total) ?? [];
  const missing = total - signed;
  const adjudication = useAdjudication(study.id).data;
  const unadjudicated = adjudication?.unfinished ?? 0;
  const incomplete = missing > 0 || unadjudicated > 0;
  return (
    <Panel title={t('lock.title')}>
      <div className="stack">
        <p>{t('lock.text')}</p>
        {total > 0 && (
          <Progress
            label={t('overview.signed')}
            value={signed}
            max={total}
            detail={t('overview.of', { done: signed, total })}
          />
        )}
        {(study.state === 'draft' || study.state === 'frozen') && (
          <p>
            {t('lock.notOpened')}{' '}
            <Link href={`/studies/${study.id}/allocation`}>{t('section.allocation')}</Link>
          </p>
        )}
        <Unfinished readers={unfinished} />
        <Unadjudicated count={unadjudicated} />
        {may && study.state === 'open' && total > 0 && (
          <>
            {incomplete && <p className="dim">{t('lock.anyway')}</p>}
            <div className="actions">
              <Button look={incomplete ? undefined : 'primary'} onClick={() => setLocking(true)}>
                {incomplete ? t('lock.lockWithout') : t('lock.lock')}
              </Button>
            </div>
          </>
        )}
      </div>
      {locking && (
        <SignDialog
          title={t('lock.title')}
          meaning={
            missing > 0
              ? t('lock.meaningMissing', { reads: signed, count: missing })
              : t('lock.meaning', { reads: signed })
          }
          confirm={t('lock.sign')}
          sign={(given) =>
            tell(
              '/api/studies/{study_id}/lock',
              { study_id: study.id },
              { ...given, missing_reads_reason: incomplete ? missingReason.trim() : '' },
            )
          }
          onSigned={() => {
            setLocking(false);
            void client.invalidateQueries();
          }}
          onClose={() => setLocking(false)}
        >
          {incomplete && (
            <>
              <Unfinished readers={unfinished} />
              <Unadjudicated count={unadjudicated} />
              <Field label={t('lock.missingReason')}>
                <textarea
                  value={missingReason}
                  maxLength={500}
                  required
                  onChange={(event) => setMissingReason(event.target.value)}
                />
              </Field>
            </>
          )}
        </SignDialog>
      )}
    </Panel>
  );
}

/** Pairs of a case and an arm on which readers differ and that are not adjudicated. */
function Unadjudicated({ count }: { count: number }) {
  const t = useT();
  return count > 0 && <Banner tone="warn">{t('lock.unadjudicated', { count })}</Banner>;
}

type Reader = NonNullable<ReturnType<typeof useProgress>['data']>['readers'][number];

/** Whose reads are missing, and how many. */
function Unfinished({ readers }: { readers: readonly Reader[] }) {
  const t = useT();
  if (readers.length === 0) return null;
  return (
    <Banner tone="warn">
      {t('lock.missing')}
      <ul>
        {readers.map((reader) => (
          <li key={reader.id}>
            {t('lock.missingReader', { name: reader.full_name, count: reader.total - reader.signed })}
          </li>
        ))}
      </ul>
    </Banner>
  );
}
