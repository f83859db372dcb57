import type { Progress, SessionState, Study } from '../shared/api/types';
import { formatDay, formatNumber, formatTime } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useMay, useStudy } from '../shared/study';
import { Badge, Progress as Bar, Empty, Failure, Loading, PageHead, Panel, type Tone } from '../shared/ui';
import { AdjudicationPanel } from './adjudication/AdjudicationPanel';
import './investigator.css';
import { BySession, BySite } from './progress/Counts';
import { DriftPanel } from './progress/DriftPanel';
import './progress/progress.css';
import { readsOf, useProgress } from './queries';
import { UnlocksPanel } from './UnlocksPanel';

const TONE: Record<SessionState, Tone> = { open: 'busy', waiting: 'plain', finished: 'good' };

/** How far the study is, by reader, session and site: never by arm, or the list would tell what is looked at. */
export default function ProgressPage() {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const progress = useProgress(study.id);
  const { signed, total } = readsOf(progress.data);
  const readers = progress.data?.readers ?? [];
  const decides = useMay('investigator');
  return (
    <>
      <PageHead title={t('progress.title')} lead={t('progress.lead')} />
      {progress.error && <Failure error={progress.error} retry={() => void progress.refetch()} />}
      {progress.isPending && <Loading />}
      {decides && <UnlocksPanel />}
      {progress.data && readers.length === 0 && (
        <Panel flush>
          <Empty title={t('progress.none')}>
            <p>{t('progress.noneText')}</p>
          </Empty>
        </Panel>
      )}
      {readers.length > 0 && (
        <>
          <Panel>
            <Bar
              label={t('progress.all')}
              value={signed}
              max={total}
              detail={t('progress.signed', { done: signed, total })}
            />
            {progress.data && <Expected progress={progress.data} />}
          </Panel>
          <BySession sessions={progress.data?.sessions ?? []} />
          <div className="columns">
            {readers.map((reader) => (
              <Panel key={reader.id} title={reader.full_name} aside={<ReaderEnd reader={reader} />}>
                <ul className="sessions">
                  {reader.sessions.map((session) => (
                    <li key={session.number}>
                      <Bar
                        label={t('progress.session', { number: session.number })}
                        value={session.signed}
                        max={session.total}
                        detail={t('progress.signed', { done: session.signed, total: session.total })}
                      />
                      <span className="session-state">
                        <Badge tone={TONE[session.state]}>{t(`progress.state.${session.state}`)}</Badge>
                        {session.state === 'waiting' && session.opens_at && (
                          <span className="dim">
                            {t('progress.opens', { at: formatTime(lang, session.opens_at) })}
                          </span>
                        )}
                      </span>
                    </li>
                  ))}
                </ul>
              </Panel>
            ))}
          </div>
          <AdjudicationPanel />
        </>
      )}
      {progress.data && progress.data.sites.length > 0 && <BySite sites={progress.data.sites} />}
      {readers.length > 0 && seesDrift(study) && <DriftPanel />}
    </>
  );
}

/** Whether the protocol lets this person see the drift chart. */
function seesDrift({ protocol, roles }: Study): boolean {
  const charter = protocol?.document as { conduct?: { drift_visible_to?: string[] } } | undefined;
  return charter?.conduct?.drift_visible_to?.some((role) => roles.some((own) => own === role)) ?? false;
}

/** When all will be read, and what never will be. */
function Expected({ progress }: { progress: Progress }) {
  const t = useT();
  const lang = useLanguage();
  const { signed, total } = readsOf(progress);
  const left = total - signed - progress.missing;
  return (
    <div className="progress-expected">
      {left > 0 && (
        <p>
          {progress.ends_at
            ? t('progress.expected', { day: formatDay(lang, progress.ends_at) })
            : t('progress.notExpected')}
        </p>
      )}
      {progress.missing > 0 && <p>{t('progress.missing', { count: progress.missing })}</p>}
    </div>
  );
}

function ReaderEnd({ reader }: { reader: Progress['readers'][number] }) {
  const t = useT();
  const lang = useLanguage();
  const { signed, total, has_left, per_week, ends_at } = reader;
  if (has_left) return <Badge tone="warn">{t('progress.hasLeft', { count: total - signed })}</Badge>;
  return (
    <span className="dim reader-end">
      {t('progress.signed', { done: signed, total })}
      {per_week !== null && ends_at && (
        <span>
          {t('progress.pace', { reads: formatNumber(lang, per_week), day: formatDay(lang, ends_at) })}
        </span>
      )}
    </span>
  );
}
