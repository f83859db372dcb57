import { useState } from 'react';
import { useT } from '../../shared/i18n';
import { Dialog, Failure, Field } from '../../shared/ui';
import { sendsByKey } from './SayForm';

interface Props {
  decision: 'accepted' | 'rejected';
  busy: boolean;
  error: unknown;
  onDecided: (reason: string) => void;
  onClose: () => void;
}

/** Why an image is rejected, or accepted after all. */
export function DecisionDialog({ decision, busy, error, onDecided, onClose }: Props) {
  const t = useT();
  const [reason, setReason] = useState('');
  const rejects = decision === 'rejected';
  return (
    <Dialog
      title={t(rejects ? 'qc.rejectTitle' : 'check.acceptTitle')}
      confirm={t(rejects ? 'qc.rejectConfirm' : 'qc.accept')}
      danger={rejects}
      busy={busy}
      blocked={!reason.trim()}
      onConfirm={() => onDecided(reason.trim())}
      onClose={onClose}
    >
      <p>{t(rejects ? 'qc.rejectText' : 'check.acceptText')}</p>
      {error !== null && <Failure error={error} />}
      <Field label={t('qc.reason')} hint={t('query.noNames')}>
        <textarea
          value={reason}
          required
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={sendsByKey}
        />
      </Field>
    </Dialog>
  );
}
