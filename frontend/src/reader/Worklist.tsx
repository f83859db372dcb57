import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { type Language, useLanguage, useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { Badge, Banner, Empty, Failure, Loading, PageHead, Panel, Progress } from '../shared/ui';
import { fetchWorklist, type WorklistSession, type WorklistStudy } from './api';
import { waitingReads } from './ledger/store';
import './style/big.css';
import './style/worklist.css';

/** What there is to read, and one button to go on. */
export default function Worklist() {
  const t = useT();
  const worklist = useQuery({
    queryKey: ['reading', 'worklist'],
    queryFn: ({ signal }) => fetchWorklist(signal),
    staleTime: 0,
    refetchOnMount: 'always',
  });
  const studies = worklist.data?.studies ?? [];
  return (
    <>
      <PageHead title={t('reader.worklist.title')} />
      {studies.some(({ simulated }) => simulated) && (
        <div className="worklist-simulated" role="note">
          <strong>{t('reader.simulated')}</strong> {t('reader.worklist.simulated')}
        </div>
      )}
      <Unsent />
      {worklist.isPending && <Loading />}
      {worklist.isError && <Failure error={worklist.error} retry={() => void worklist.refetch()} />}
      {worklist.isSuccess && studies.length === 0 && (
        <Empty title={t('reader.worklist.empty')}>
          <p>{t('reader.worklist.emptyText')}</p>
        </Empty>
      )}
      {studies.map((study, index) => (
        <StudyCard
          key={study.id}
          study={study}
          first={index === studies.findIndex(({ next }) => next !== null)}
        />
      ))}
    </>
  );
}

function StudyCard({ study, first }: { study: WorklistStudy; first: boolean }) {
  const t = useT();
  const language = useLanguage();
  const total = study.sessions.reduce((sum, session) => sum + session.total, 0);
  const signed = study.sessions.reduce((sum, session) => sum + session.signed, 0);
  const waiting = study.sessions.find(({ state }) => state === 'waiting');
  return (
    <Panel title={study.title}>
      <div className="worklist-study">
        {study.next ? (
          <Link
            className={`button big ${first ? 'primary' : ''}`}
            href={`/reading/${study.next}`}
            data-testid="continue-reading"
          >
            {signed === 0 ? t('reader.worklist.start') : t('reader.worklist.continue')}
          </Link>
        ) : (
          <p className="worklist-rest">
            {total > 0 && signed === total
              ? t('reader.worklist.finished')
              : waiting?.opens_at
                ? t('reader.worklist.waiting', {
                    number: waiting.number,
                    date: day(language, waiting.opens_at),
                  })
                : t('reader.worklist.nothing')}
          </p>
        )}
        <div className="worklist-sessions">
          {study.sessions.map((session) => (
            <SessionRow key={session.number} session={session} />
          ))}
        </div>
      </div>
    </Panel>
  );
}

const TONES = { open: 'busy', waiting: 'plain', finished: 'good' } as const;

function SessionRow({ session }: { session: WorklistSession }) {
  const t = useT();
  const language = useLanguage();
  const { number, signed, total, state, opens_at } = session;
  return (
    <div className="worklist-session">
      <Progress
        label={t('reader.worklist.session', { number })}
        value={signed}
        max={total}
        detail={t('reader.worklist.signed', { signed, total })}
      />
      <Badge tone={TONES[state]}>
        {state === 'waiting' && opens_at
          ? t('reader.worklist.opens', { date: day(language, opens_at) })
          : t(`reader.worklist.state.${state}`)}
      </Badge>
    </div>
  );
}

/** Work that never reached the server, because the network failed and the page was closed. */
function Unsent() {
  const t = useT();
  const { user } = useSession();
  const [waiting, setWaiting] = useState<[token: string, count: number][]>([]);
  useEffect(() => {
    void waitingReads(user.id).then((reads) => setWaiting([...reads]));
  }, [user.id]);
  return waiting.map(([token, count]) => (
    <Banner
      key={token}
      tone="warn"
      action={
        <Link className="button" href={`/reading/${token}`}>
          {t('reader.worklist.openUnsent')}
        </Link>
      }
    >
      {t('reader.worklist.unsent', { count })}
    </Banner>
  ));
}

function day(language: Language, iso: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(new Date(iso));
}
