import { type FormEvent, useState } from 'react';
import { ApiError, isSignedOut } from '../../shared/api';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { requestUnlock, type Unlock } from '../api';
import '../style/unlock.css';
import { SignInToSend } from './SignInAgain';

interface UnlockRequestProps {
  token: string;
  unlock: Unlock | null;
  /** The server has the request. */
  onAsked?: () => void;
}

/** A signed read stays as it is; an investigator may open it for an amendment when the reader says why. */
export function UnlockRequest({ token, unlock, onAsked }: UnlockRequestProps) {
  const t = useT();
  const language = useLanguage();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [asked, setAsked] = useState<Unlock | null>(null);
  const request = asked ?? unlock;
  if (request?.state === 'requested') {
    return (
      <p className="unlock-state" role="status">
        {t('reader.unlock.requested', {
          at: formatTime(language, request.requested_at),
          reason: request.reason,
        })}
      </p>
    );
  }
  const send = async () => {
    if (busy || !reason.trim()) return;
    setBusy(true);
    setProblem(null);
    try {
      setAsked(await requestUnlock(token, reason.trim()));
      onAsked?.();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  const signedOut = isSignedOut(problem);
  return (
    <>
      <form className="unlock-form" onSubmit={submit}>
        {request?.state === 'refused' && (
          <p className="unlock-state">{t('reader.unlock.refused', { answer: request.answer })}</p>
        )}
        <label>
          <span>{t('reader.unlock.reason')}</span>
          <textarea
            rows={2}
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        {problem !== null && !signedOut && (
          <p className="problem" role="alert">
            {problem instanceof ApiError ? problem.message : t('error.unexpected')}
          </p>
        )}
        <div className="actions">
          <Button type="submit" busy={busy} disabled={!reason.trim()}>
            {t('reader.unlock.ask')}
          </Button>
        </div>
      </form>
      {signedOut && <SignInToSend onSignedIn={() => void send()} />}
    </>
  );
}
