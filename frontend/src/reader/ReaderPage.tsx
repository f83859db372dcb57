import { useCallback, useEffect, useState } from 'react';
import { Link, useParams } from 'wouter';
import { ApiError } from '../shared/api';
import { useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { Button } from '../shared/ui';
import { isRefusal, type Read, type Signed } from './api';
import type { Draft } from './ledger/events';
import './style/big.css';
import './style/looking.css';
import './style/page.css';
import './style/panel.css';
import './style/pictures.css';
import './style/maps.css';
import './style/sheets.css';
import './style/windows.css';
import { useOpened } from './session/opening';
import { Ahead } from './session/prefetch';
import { ClosedCard, SignedCard } from './ui/sheets';
import { Workstation } from './ui/Workstation';

export default function ReaderPage() {
  const { token } = useParams<{ token: string }>();
  const [ahead] = useState(() => new Ahead());
  useEffect(() => () => ahead.drop(), [ahead]);
  return <OneRead key={token} token={token} ahead={ahead} />;
}

function OneRead({ token, ahead }: { token: string; ahead: Ahead }) {
  const t = useT();
  const { user } = useSession();
  const [attempt, setAttempt] = useState(0);
  const [signed, setSigned] = useState<{ read: Read; answer: Signed; draft: Draft } | null>(null);
  const [take, setTake] = useState(false);
  const opened = useOpened(token, user.id, attempt, ahead, take);
  const reopen = useCallback(() => {
    setSigned(null);
    setAttempt((count) => count + 1);
  }, []);
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
        <SignedCard read={signed.read} signed={signed} onAgain={reopen} />
      </div>
    );
  }
  if (opened.kind === 'open') {
    return (
      <Workstation
        key={opened.times}
        reading={opened.reading}
        pictures={opened.pictures}
        onSigned={(answer, draft) => setSigned({ read: opened.reading.read, answer, draft })}
        onTakeOver={takeOver}
        onReopen={reopen}
      />
    );
  }
  return (
    <div className="reader" data-testid="reader">
      {opened.kind === 'opening' ? (
        <p className="reader-opening" role="status">
          {t('reader.opening')}
        </p>
      ) : opened.kind === 'failed' && !isRefusal(opened.problem) ? (
        <Failed problem={opened.problem} onAgain={reopen} />
      ) : (
        <ClosedCard token={token} opened={opened} onAgain={reopen} />
      )}
    </div>
  );
}

function Failed({ problem, onAgain }: { problem: unknown; onAgain: () => void }) {
  const t = useT();
  const text = problem instanceof ApiError ? problem.message : t('reader.failed.pictures');
  return (
    <main className="reader-card">
      <h1>{t('reader.failed.title')}</h1>
      <p role="alert">{text}</p>
      <div className="actions">
        <Button look="primary" onClick={onAgain}>
          {t('ui.again')}
        </Button>
        <Link className="button" href="/reading">
          {t('reader.worklist.title')}
        </Link>
      </div>
    </main>
  );
}
