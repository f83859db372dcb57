import type { SessionState } from '../shared/api/types';
import { formatTime } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Badge, Empty, Failure, Loading, PageHead, Panel, Progress, type Tone } from '../shared/ui';
import './investigator.css';
import { readsOf, useProgress } from './queries';

const TONE: Record<SessionState, Tone> = { open: 'busy', waiting: 'plain', finished: 'good' };

/** How far the readers are: never by arm, or the list would tell what they look at. */
export default function ProgressPage() {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const progress = useProgress(study.id);
  const { signed, total } = readsOf(progress.data);
  const readers = progress.data?.readers ?? [];
  return (
    <>
      <PageHead title={t('progress.title')} lead={t('progress.lead')} />
      {progress.error && <Failure error={progress.error} retry={() => void progress.refetch()} />}
      {progress.isPending && <Loading />}
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
            <Progress
              label={t('progress.all')}
              value={signed}
              max={total}
              detail={t('progress.signed', { done: signed, total })}
            />
          </Panel>
          <div className="columns">
            {readers.map((reader) => (
              <Panel
                key={reader.id}
                title={reader.full_name}
                aside={
                  <span className="dim">
                    {t('progress.signed', { done: reader.signed, total: reader.total })}
                  </span>
                }
              >
                <ul className="sessions">
                  {reader.sessions.map((session) => (
                    <li key={session.number}>
                      <Progress
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
        </>
      )}
    </>
  );
}
