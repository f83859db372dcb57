import { useCallback, useEffect, useState } from 'react';
import { Link, useParams } from 'wouter';
import { ApiError } from '../shared/api';
import { useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { Button } from '../shared/ui';
import type { Signed } from './api';
import type { Draft } from './ledger/events';
import './style/big.css';
import './style/page.css';
import './style/panel.css';
import './style/pictures.css';
import './style/sheets.css';
import { useOpened } from './session/opening';
import { SignedCard } from './ui/SignedCard';
import { Workstation } from './ui/Workstation';

export default function ReaderPage() {
  const { token } = useParams<{ token: string }>();
  return <OneRead key={token} token={token} />;
}

function OneRead({ token }: { token: string }) {
  const t = useT();
  const { user } = useSession();
  const [attempt, setAttempt] = useState(0);
  const [signed, setSigned] = useState<{ answer: Signed; draft: Draft } | null>(null);
  const opened = useOpened(token, user.id, attempt);
  const [take, setTake] = useState(false);
  const reopen = useCallback(() => setAttempt((count) => count + 1), []);
  /** The other tab may have gone on: begin with what the server and this computer have now. */
  const takeOver = useCallback(() => {
    setTake(true);
    reopen();
  }, [reopen]);
  const title = t('reader.title');
  useEffect(() => {
    // The same for every read: a tab, a history or a bookmark must not tell cases apart.
    document.title = title;
  }, [title]);

  if (signed) {
    return (
      <div className="reader" data-testid="reader">
        <SignedCard signature={signed.answer.signature} draft={signed.draft} next={signed.answer.next} />
      </div>
    );
  }
  if (opened.kind === 'open') {
    return (
      <Workstation
        reading={opened.reading}
        pictures={opened.pictures}
        take={take}
        onSigned={(answer, draft) => setSigned({ answer, draft })}
        onTakeOver={takeOver}
        onReopen={reopen}
      />
    );
  }
  return (
    <div className="reader" data-testid="reader">
      {opened.kind === 'opening' && (
        <p className="reader-opening" role="status">
          {t('reader.opening')}
        </p>
      )}
      {opened.kind === 'signed' && (
        <SignedCard signature={opened.read.signature} draft={null} next={undefined} />
      )}
      {opened.kind === 'failed' && <Failed problem={opened.problem} onAgain={reopen} />}
    </div>
  );
}

function Failed({ problem, onAgain }: { problem: unknown; onAgain: () => void }) {
  const t = useT();
  const gone = problem instanceof ApiError && problem.status === 404;
  const text = gone
    ? t('reader.failed.gone')
    : problem instanceof ApiError
      ? problem.message
      : t('reader.failed.pictures');
  return (
    <main className="reader-card">
      <h1>{t('reader.failed.title')}</h1>
      <p role="alert">{text}</p>
      <div className="actions">
        {!gone && (
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
