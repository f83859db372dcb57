import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { type ApiError, isSignedOut } from '../../shared/api';
import { useT } from '../../shared/i18n';
import { useSession } from '../../shared/session';
import { Button } from '../../shared/ui';
import { waitingReads } from '../ledger/everyRead';
import { openLedger } from '../ledger/store';
import { NotAdded } from './NotAdded';
import { SignInAgain } from './SignInAgain';

interface RefusedCardProps {
  token: string;
  problem: ApiError;
  onAgain: () => void;
}

/** The server does not hand the read out: why, what of it waits on this computer, and the way on. */
export function RefusedCard({ token, problem, onAgain }: RefusedCardProps) {
  const t = useT();
  const gone = problem.status === 404;
  const signedOut = isSignedOut(problem);
  return (
    <main className="reader-card" data-testid="refused">
      <h1>{t('reader.failed.title')}</h1>
      <p role="alert">
        {gone ? t('reader.failed.gone') : signedOut ? t('reader.failed.signedOut') : problem.message}
      </p>
      {signedOut ? <SignInAgain onSignedIn={onAgain} /> : <Kept token={token} over={isOver(problem)} />}
      <div className="actions">
        {!gone && !signedOut && (
          <Button look="primary" onClick={onAgain}>
            {t('ui.again')}
          </Button>
        )}
        <Link className="button" href="/reading">
          {t('reader.worklist.title')}
        </Link>
      </div>
    </main>
  );
}

/** The read may never be opened again; without a certificate it is only not open yet. */
function isOver({ status, code }: ApiError): boolean {
  return status === 404 || code === 'study_locked';
}

function Kept({ token, over }: { token: string; over: boolean }) {
  const t = useT();
  const { user } = useSession();
  const [count, setCount] = useState(0);
  useEffect(() => {
    void waitingReads(user.id).then((reads) => setCount(reads.get(token) ?? 0));
  }, [user.id, token]);
  if (count === 0) return null;
  const text = t('reader.failed.kept', { count });
  if (!over) return <p>{text}</p>;
  const forget = async () => (await openLedger(user.id)).clear(token);
  return <NotAdded text={text} forget={t('reader.failed.forget')} onForget={forget} />;
}
