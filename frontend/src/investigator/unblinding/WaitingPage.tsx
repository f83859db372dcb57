import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import {
  Banner,
  Button,
  Empty,
  Facts,
  Failure,
  Loading,
  PageHead,
  Panel,
  ReasonDialog,
  SignDialog,
} from '../../shared/ui';
import '../investigator.css';
import { useWaitingUnblindings, type WaitingUnblinding } from './queries';
import './unblinding.css';

interface Answered {
  name: string;
  approved: boolean;
}

/** What waits for somebody as the second person, in any study: also for who has no other page of it. */
export default function WaitingPage() {
  const t = useT();
  const waiting = useWaitingUnblindings();
  const [answered, setAnswered] = useState<Answered | null>(null);
  return (
    <>
      <PageHead title={t('unblinding.waiting.title')} lead={t('unblinding.waiting.lead')} />
      {answered && (
        <Banner tone="good">
          {t(answered.approved ? 'unblinding.waiting.done' : 'unblinding.waiting.refused', {
            name: answered.name,
          })}
        </Banner>
      )}
      {waiting.error && <Failure error={waiting.error} retry={() => void waiting.refetch()} />}
      {waiting.isPending && <Loading />}
      {waiting.data?.length === 0 && (
        <Panel>
          <Empty title={t('unblinding.waiting.none')}>
            <p>{t('unblinding.waiting.noneText')}</p>
          </Empty>
        </Panel>
      )}
      {waiting.data?.map((request) => (
        <OneRequest key={request.id} request={request} onAnswered={setAnswered} />
      ))}
    </>
  );
}

interface OneRequestProps {
  request: WaitingUnblinding;
  onAnswered: (answered: Answered) => void;
}

function OneRequest({ request, onAnswered }: OneRequestProps) {
  const t = useT();
  const lang = useLanguage();
  const client = useQueryClient();
  const [answering, setAnswering] = useState<'approve' | 'refuse' | null>(null);
  const { scope, subject, requester, study } = request;
  const done = (approved: boolean) => {
    setAnswering(null);
    onAnswered({ name: requester, approved });
    void client.invalidateQueries();
  };
  const what =
    scope === 'study'
      ? t('unblinding.scope.study')
      : subject
        ? t('unblinding.waiting.case', { subject })
        : t('unblinding.waiting.caseHidden');
  return (
    <Panel title={study.title} aside={<strong>{what}</strong>}>
      <div className="stack">
        <Facts
          items={[
            [
              t('unblinding.who'),
              t('unblinding.waiting.asked', {
                name: requester,
                at: formatTime(lang, request.requested_at),
              }),
            ],
            [
              t('unblinding.why'),
              <span key="why" className="unblinding-reason">
                {request.reason}
              </span>,
            ],
            [t('unblinding.waiting.expires'), formatTime(lang, request.expires_at)],
          ]}
        />
        <div className="actions">
          <Button look="primary" onClick={() => setAnswering('approve')}>
            {t('unblinding.waiting.approve')}
          </Button>
          <Button onClick={() => setAnswering('refuse')}>{t('unblinding.waiting.refuse')}</Button>
        </div>
      </div>
      {answering === 'approve' && (
        <SignDialog
          title={what}
          meaning={
            scope === 'study'
              ? t('unblinding.waiting.meaningStudy')
              : t('unblinding.waiting.meaningCase', { name: requester })
          }
          confirm={t('unblinding.waiting.approveSign')}
          sign={(given) =>
            tell('/api/unblinding/{request_id}', { request_id: request.id }, { ...given, approved: true })
          }
          onSigned={() => done(true)}
          onClose={() => setAnswering(null)}
        />
      )}
      {answering === 'refuse' && (
        <RefuseDialog request={request} onRefused={() => done(false)} onClose={() => setAnswering(null)} />
      )}
    </Panel>
  );
}

interface RefuseDialogProps {
  request: WaitingUnblinding;
  onRefused: () => void;
  onClose: () => void;
}

function RefuseDialog({ request, onRefused, onClose }: RefuseDialogProps) {
  const t = useT();
  return (
    <ReasonDialog
      title={t('unblinding.waiting.refuseTitle')}
      confirm={t('unblinding.waiting.refuseConfirm')}
      danger
      act={async (reason) => {
        await tell('/api/unblinding/{request_id}', { request_id: request.id }, { approved: false, reason });
        onRefused();
      }}
      onClose={onClose}
    >
      <p>{t('unblinding.waiting.refuseText', { name: request.requester })}</p>
    </ReasonDialog>
  );
}
