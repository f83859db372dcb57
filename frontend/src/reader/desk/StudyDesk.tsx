import { Link } from 'wouter';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Badge, Banner, Panel, Progress } from '../../shared/ui';
import type { SignedRead, WorklistSession, WorklistStudy } from '../api';
import { SignedReads } from '../ui/SignedReads';
import { AdjudicationNote } from './AdjudicationNote';
import { questionsPage, WaitingText } from './WaitingText';

interface StudyDeskProps {
  study: WorklistStudy;
  first: boolean;
  checkDue: boolean;
  onAsked: () => void;
}

/** A study as its reader sees it: where one stopped, what comes next, and how far today and each session are. */
export function StudyDesk({ study, first, checkDue, onAsked }: StudyDeskProps) {
  const { today, sessions } = study;
  const t = useT();
  return (
    <Panel title={study.title}>
      {study.purpose === 'adjudication' && <AdjudicationNote />}
      {study.amendments.map((token) => (
        <Amendment key={token} token={token} read={study.signed.find((read) => read.token === token)} />
      ))}
      <div className="worklist-study">
        <Onward study={study} first={first} checkDue={checkDue} />
        <div className="worklist-sessions">
          {!study.ended && (today.cap !== null || today.signed > 0) && (
            <p className="dim" data-testid="today">
              {today.cap === null
                ? t('reader.desk.today', { count: today.signed })
                : t('reader.desk.todayOf', { signed: today.signed, cap: today.cap })}
            </p>
          )}
          {sessions.map((session, index) => (
            <SessionRow key={session.number} session={session} before={sessions[index - 1]} study={study} />
          ))}
        </div>
      </div>
      <SignedReads reads={study.signed} onAsked={onAsked} />
    </Panel>
  );
}

/** One thing to do next, or one sentence why there is none. */
function Onward({ study, first, checkDue }: Omit<StudyDeskProps, 'onAsked'>) {
  const t = useT();
  const { next, next_place: place, waiting, sessions } = study;
  const total = sessions.reduce((sum, session) => sum + session.total, 0);
  const signed = sessions.reduce((sum, session) => sum + session.signed, 0);
  if (next) {
    const of = sessions.find(({ number }) => number === place?.session)?.total ?? 0;
    return (
      <div>
        <Link
          className={`button big ${first ? 'primary' : ''}`}
          href={`/reading/${next}`}
          data-testid="continue-reading"
        >
          {signed === 0 && !study.begun ? t('reader.worklist.start') : t('reader.worklist.continue')}
        </Link>
        {place && (
          <p className="worklist-check" data-testid="next-place">
            {t(study.begun ? 'reader.desk.begun' : 'reader.desk.next', { ...place, of })}
          </p>
        )}
        {checkDue && (
          <p className="dim worklist-check">
            {t(signed === 0 ? 'reader.worklist.checkDue' : 'reader.worklist.checkDueAgain')}
          </p>
        )}
      </div>
    );
  }
  if (waiting) {
    return (
      <div className="worklist-rest">
        <p data-testid="waiting">
          <WaitingText waiting={waiting} cap={study.today.cap} />
        </p>
        {waiting.reason === 'questions' && (
          <Link
            className={`button big ${first ? 'primary' : ''}`}
            href={questionsPage(waiting)}
            data-testid="to-questions"
          >
            {t('reader.desk.answer')}
          </Link>
        )}
      </div>
    );
  }
  return (
    <p className="worklist-rest">
      {total > 0 && signed === total
        ? t('reader.worklist.finished')
        : study.ended
          ? t('reader.worklist.ended')
          : t(study.barred ? 'reader.worklist.barred' : 'reader.worklist.nothing')}
    </p>
  );
}

/** A signed read that was opened again waits before anything new: its reader remembers it best now. */
function Amendment({ token, read }: { token: string; read: SignedRead | undefined }) {
  const t = useT();
  return (
    <Banner
      tone="warn"
      action={
        <Link className="button" href={`/reading/${token}`} data-testid="amend">
          {t('reader.worklist.amend')}
        </Link>
      }
    >
      {read
        ? t('reader.worklist.amendment', { session: read.session, number: read.number })
        : t('reader.worklist.amendmentUnnamed')}
    </Banner>
  );
}

const TONES = { open: 'busy', waiting: 'plain', finished: 'good' } as const;

interface SessionRowProps {
  session: WorklistSession;
  before: WorklistSession | undefined;
  study: WorklistStudy;
}

function SessionRow({ session, before, study }: SessionRowProps) {
  const t = useT();
  const { number, signed, total, state } = session;
  const asked = session.questions_due && !study.ended;
  return (
    <div className="worklist-session">
      <Progress
        label={t('reader.worklist.session', { number })}
        value={signed}
        max={total}
        detail={t('reader.worklist.signed', { signed, total })}
      />
      {state === 'waiting' && !study.ended ? (
        <span className="dim">
          <Opening session={session} before={before} study={study} />
        </span>
      ) : (
        <Badge tone={asked ? 'warn' : TONES[state]}>
          {asked ? t('reader.desk.questionsDue') : t(`reader.worklist.state.${state}`)}
        </Badge>
      )}
    </div>
  );
}

/** When a session that has not begun opens, as far as that is known. */
function Opening({ session, before, study }: SessionRowProps) {
  const t = useT();
  const language = useLanguage();
  const { opens_at } = session;
  if (opens_at && new Date(opens_at) > new Date()) {
    return t('reader.worklist.opens', { date: formatTime(language, opens_at) });
  }
  if (opens_at && before?.questions_due) return t('reader.desk.afterQuestions');
  if (study.washout_days === 0) return t('reader.desk.afterSession', { number: session.number - 1 });
  return t('reader.desk.afterDays', { count: study.washout_days, number: session.number - 1 });
}
