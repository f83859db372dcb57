import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { DueElsewhere } from '../due/DueElsewhere';
import { useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { Banner, Empty, Failure, Loading, PageHead } from '../shared/ui';
import { fetchWorklist, type WorklistStudy } from './api';
import { StudyDesk } from './desk/StudyDesk';
import { waitingReads } from './ledger/everyRead';
import { QualificationPanel } from './qualification/QualificationPanel';
import './style/big.css';
import './style/worklist.css';

/** What there is to read, and one button to go on. */
export default function Worklist() {
  const t = useT();
  const worklist = useQuery({
    queryKey: ['reading', 'worklist'],
    queryFn: ({ signal }) => fetchWorklist({ signal }),
    staleTime: 0,
    refetchOnMount: 'always',
  });
  const studies = worklist.data?.studies ?? [];
  const begin = studies.find(({ next }) => next !== null);
  return (
    <>
      <PageHead title={t('reader.worklist.title')} />
      {studies.some(({ simulated }) => simulated) && (
        <div className="worklist-simulated" role="note">
          <strong>{t('reader.simulated')}</strong> {t('reader.worklist.simulated')}
        </div>
      )}
      <Unsent />
      {worklist.data?.break_due && (
        <Banner tone="warn">
          <strong>{t('reader.break.title')}</strong> <br />
          {t('reader.break.text')}
        </Banner>
      )}
      {worklist.isPending && <Loading />}
      {worklist.isError && <Failure error={worklist.error} retry={() => void worklist.refetch()} />}
      {worklist.isSuccess && studies.length === 0 && (
        <Empty title={t('reader.worklist.empty')}>
          <p>{t('reader.worklist.emptyText')}</p>
        </Empty>
      )}
      {worklist.data?.qualifications.map((qualifying) => (
        <QualificationPanel
          key={qualifying.study}
          qualifying={qualifying}
          agendas={studies.filter((study) => study.id === qualifying.study && qualifies(study))}
          first={qualifies(begin) && begin?.id === qualifying.study}
          checkDue={worklist.data.display_check_due}
        />
      ))}
      {studies
        .filter((study) => !qualifies(study))
        .map((study) => (
          <StudyDesk
            key={`${study.id} ${study.purpose} ${study.attempt}`}
            study={study}
            first={study === begin}
            checkDue={worklist.data?.display_check_due ?? false}
            onAsked={() => void worklist.refetch()}
          />
        ))}
      <DueElsewhere />
    </>
  );
}

function qualifies(study: WorklistStudy | undefined): boolean {
  return study?.purpose === 'training' || study?.purpose === 'test';
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
