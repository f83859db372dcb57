import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Badge, Button, Empty, Panel, ReasonDialog } from '../../shared/ui';
import { EmergencyKey } from './EmergencyKey';
import { REQUEST_TONE, type UnblindingRequest } from './queries';

type Opened = { request: UnblindingRequest; act: 'withdraw' | 'key' };

/** Every request of the study, newest first, with its answer; what its requester can still do about it. */
export function Requests({ requests }: { requests: readonly UnblindingRequest[] }) {
  const t = useT();
  const [opened, setOpened] = useState<Opened | null>(null);
  return (
    <>
      <Panel title={t('unblinding.requests')} flush>
        {requests.length === 0 ? (
          <Empty title={t('unblinding.none')}>
            <p>{t('unblinding.noneText')}</p>
          </Empty>
        ) : (
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('unblinding.what')}</th>
                  <th scope="col">{t('unblinding.who')}</th>
                  <th scope="col">{t('unblinding.why')}</th>
                  <th scope="col">{t('unblinding.answer')}</th>
                </tr>
              </thead>
              <tbody>
                {requests.map((request) => (
                  <Row key={request.id} request={request} onAct={(act) => setOpened({ request, act })} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {opened?.act === 'withdraw' && (
          <WithdrawDialog request={opened.request} onClose={() => setOpened(null)} />
        )}
      </Panel>
      {opened?.act === 'key' && (
        <EmergencyKey key={opened.request.id} request={opened.request} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

interface RowProps {
  request: UnblindingRequest;
  onAct: (act: Opened['act']) => void;
}

function Row({ request, onAct }: RowProps) {
  const t = useT();
  const lang = useLanguage();
  const { scope, subject, state, mine, requester, reason, requested_at, expires_at, answer } = request;
  return (
    <tr>
      <th scope="row">
        {t(`unblinding.scope.${scope}`)}
        {subject && <div className="dim">{subject}</div>}
      </th>
      <td className="nowrap">
        {requester}
        <div className="dim">{formatTime(lang, requested_at)}</div>
      </td>
      <td className="unlock-reason">{reason}</td>
      <td>
        <Badge tone={REQUEST_TONE[state]}>{t(`unblinding.state.${state}`)}</Badge>
        {answer ? (
          <div className="dim unlock-reason">
            {t('unblinding.answeredBy', {
              name: answer.by,
              at: formatTime(lang, answer.at),
              reason: answer.reason,
            })}
          </div>
        ) : (
          <div className="dim">{t('unblinding.until', { at: formatTime(lang, expires_at) })}</div>
        )}
        {mine && state === 'waiting' && (
          <div className="actions">
            <Button onClick={() => onAct('withdraw')}>{t('unblinding.withdraw')}</Button>
          </div>
        )}
        {mine && state === 'approved' && scope === 'case' && (
          <div className="actions">
            <Button onClick={() => onAct('key')}>{t('unblinding.key')}</Button>
          </div>
        )}
      </td>
    </tr>
  );
}

function WithdrawDialog({ request, onClose }: { request: UnblindingRequest; onClose: () => void }) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  return (
    <ReasonDialog
      title={t('unblinding.withdrawTitle')}
      confirm={t('unblinding.withdrawConfirm')}
      danger
      act={async (reason) => {
        await tell(
          '/api/studies/{study_id}/unblinding/{request_id}/withdrawal',
          { study_id: study.id, request_id: request.id },
          { reason },
        );
        await client.invalidateQueries({ queryKey: ['unblinding', study.id] });
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t('unblinding.withdrawText')}</p>
    </ReasonDialog>
  );
}
