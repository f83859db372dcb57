import { type FormEvent, useState } from 'react';
import { useT } from '../../shared/i18n';
import { useSession } from '../../shared/session';
import { signInHere } from '../../shared/signIn';
import { Button } from '../../shared/ui';
import '../style/again.css';
import { leaveFields } from './fieldFocus';
import { NoticeBar } from './NoticeBar';

interface SignedOutProps {
  /** Changes that are kept on this computer. */
  waiting: number;
  onSignedIn: () => void;
}

/** A session that ended while somebody reads: the same person signs in on the same page, and everything is still there. */
export function SignedOut({ waiting, onSignedIn }: SignedOutProps) {
  const t = useT();
  return (
    <NoticeBar action={<SignInAgain onSignedIn={onSignedIn} />}>
      <p>{t('reader.signedOut.text', { count: waiting })}</p>
    </NoticeBar>
  );
}

/** Something was not sent because the session had ended: it stays in its form, and is sent after signing in. */
export function SignInToSend({ onSignedIn }: Pick<SignedOutProps, 'onSignedIn'>) {
  const t = useT();
  return (
    <div className="stack">
      <p role="alert">{t('reader.signedOut.toSend')}</p>
      <SignInAgain onSignedIn={onSignedIn} />
    </div>
  );
}

export function SignInAgain({ onSignedIn }: Pick<SignedOutProps, 'onSignedIn'>) {
  const t = useT();
  const { user } = useSession();
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy || !password) return;
    setBusy(true);
    setProblem(null);
    try {
      const done = await signInHere(user.email, password);
      if (done.kind === 'in') {
        if (form.contains(document.activeElement)) leaveFields();
        onSignedIn();
      } else if (done.kind === 'another') setProblem(t('reader.signedOut.another', { name: done.name }));
      else if (done.kind === 'wait') setProblem(t('reader.signedOut.wait', { count: done.minutes }));
      else setProblem(t('reader.signedOut.wrong'));
    } catch {
      setProblem(t('error.network'));
    }
    setPassword('');
    setBusy(false);
  };
  return (
    <form className="reader-again" data-signing-in onSubmit={submit}>
      <label>
        <span>{t('reader.signedOut.password', { email: user.email })}</span>
        <input
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <Button type="submit" busy={busy} disabled={!password}>
        {t('reader.signedOut.go')}
      </Button>
      {problem && <p role="status">{problem}</p>}
    </form>
  );
}
