import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answer, ask, tell } from '../shared/api/client';
import { formatTime } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Badge, Button, Failure, Panel, ReasonDialog } from '../shared/ui';

type Unlock = Answer<'/api/studies/{study_id}/unlocks', 'get'>['unlocks'][number];

/**
 * Signed reads that their readers ask to correct, and what became of it. Who decides sees the reader's reason and the place of
 * the read, never what was compared.
 */
export function UnlocksPanel() {
  const t = useT();
  const study = useStudy();
  const [answering, setAnswering] = useState<{ unlock: Unlock; approved: boolean } | null>(null);
  const asked = useQuery({
    queryKey: ['unlocks', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/unlocks', { study_id: study.id }, { signal }),
    refetchInterval: 30_000,
  });
  const unlocks = asked.data?.unlocks ?? [];
  if (asked.error) return <Failure error={asked.error} retry={() => void asked.refetch()} />;
  if (unlocks.length === 0) return null;
  return (
    <Panel title={t('unlocks.title')} flush>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('unlocks.read')}</th>
              <th scope="col">{t('unlocks.reason')}</th>
              <th scope="col">{t('unlocks.asked')}</th>
              <th scope="col">{t('unlocks.answer')}</th>
            </tr>
          </thead>
          <tbody>
            {unlocks.map((unlock) => (
              <Row
                key={unlock.id}
                unlock={unlock}
                onAnswer={study.state === 'open' ? (approved) => setAnswering({ unlock, approved }) : null}
              />
            ))}
          </tbody>
        </table>
      </div>
      {answering && <AnswerDialog {...answering} onClose={() => setAnswering(null)} />}
    </Panel>
  );
}

interface RowProps {
  unlock: Unlock;
  /** Null once reading has ended. */
  onAnswer: ((approved: boolean) => void) | null;
}

function Row({ unlock, onAnswer }: RowProps) {
  const t = useT();
  const lang = useLanguage();
  const { reader, session, position, version, reason, requested_at, answer } = unlock;
  return (
    <tr>
      <th scope="row">
        {reader}
        <div className="dim">{t('unlocks.place', { session, number: position, version })}</div>
      </th>
      <td className="unlock-reason">{reason}</td>
      <td className="nowrap">{formatTime(lang, requested_at)}</td>
      <td>
        {answer ? (
          <>
            <Badge tone={answer.approved ? 'good' : 'warn'}>
              {t(answer.approved ? 'unlocks.approved' : 'unlocks.refused')}
            </Badge>
            <div className="dim unlock-reason">
              {t('unlocks.answeredBy', {
                name: answer.by,
                at: formatTime(lang, answer.at),
                reason: answer.reason,
              })}
            </div>
          </>
        ) : onAnswer ? (
          <div className="actions">
            <Button onClick={() => onAnswer(true)}>{t('unlocks.approve')}</Button>
            <Button onClick={() => onAnswer(false)}>{t('unlocks.refuse')}</Button>
          </div>
        ) : (
          <span className="dim">{t('unlocks.over')}</span>
        )}
      </td>
    </tr>
  );
}

interface AnswerDialogProps {
  unlock: Unlock;
  approved: boolean;
  onClose: () => void;
}

function AnswerDialog({ unlock, approved, onClose }: AnswerDialogProps) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  return (
    <ReasonDialog
      title={t(approved ? 'unlocks.approveTitle' : 'unlocks.refuseTitle')}
      confirm={t(approved ? 'unlocks.approve' : 'unlocks.refuse')}
      danger={!approved}
      act={async (reason) => {
        await tell(
          '/api/studies/{study_id}/unlocks/{unlock_id}',
          { study_id: study.id, unlock_id: unlock.id },
          { approved, reason },
        );
        await client.invalidateQueries({ queryKey: ['unlocks', study.id] });
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t(approved ? 'unlocks.approveText' : 'unlocks.refuseText', { name: unlock.reader })}</p>
      <blockquote className="unlock-reason">{unlock.reason}</blockquote>
    </ReasonDialog>
  );
}
