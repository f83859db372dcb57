import { type ReactNode, useEffect, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { fetchRead } from '../api';
import { isOpen } from '../session/opening';
import type { OpenRead, Reading, Snapshot } from '../session/reading';

interface NoticeProps {
  reading: Reading;
  snapshot: Snapshot;
  onTakeOver: () => void;
  /** Open the read anew from the server. */
  onReopen: () => void;
}

/** What keeps the reader from going on as usual, and the ways out of it. */
export function Notice({ reading, snapshot, onTakeOver, onReopen }: NoticeProps) {
  const t = useT();
  const { save, writable } = snapshot;
  if (save.kind === 'conflict')
    return <Conflict reading={reading} waiting={save.waiting} onReopen={onReopen} />;
  if (save.kind === 'signed') {
    return (
      <Bar action={<Button onClick={onReopen}>{t('reader.signedElsewhere.go')}</Button>}>
        {t('reader.signedElsewhere.text', { count: save.waiting })}
      </Bar>
    );
  }
  if (!writable) {
    return (
      <Bar action={<Button onClick={onTakeOver}>{t('reader.otherTab.take')}</Button>}>
        {t('reader.otherTab.text')}
      </Bar>
    );
  }
  return null;
}

interface ConflictProps {
  reading: Reading;
  waiting: number;
  onReopen: () => void;
}

function Conflict({ reading, waiting, onReopen }: ConflictProps) {
  const t = useT();
  const [server, setServer] = useState<OpenRead | null>(null);
  const { token } = reading.read;
  useEffect(() => {
    const stop = new AbortController();
    fetchRead(token, stop.signal).then(
      (read) => (isOpen(read) ? setServer(read) : onReopen()),
      () => undefined,
    );
    return () => stop.abort();
  }, [token, onReopen]);
  const differing = server ? reading.conflictWith(server.draft).length : waiting;
  const theirs = async () => {
    await reading.forget();
    onReopen();
  };
  return (
    <Bar
      action={
        <>
          <Button onClick={() => void theirs()}>{t('reader.conflict.theirs')}</Button>
          <Button disabled={!server} onClick={() => server && void reading.keepMine(server)}>
            {t('reader.conflict.mine')}
          </Button>
        </>
      }
    >
      {t('reader.conflict.text', { count: differing })}
    </Bar>
  );
}

function Bar({ children, action }: { children: ReactNode; action: ReactNode }) {
  return (
    <div className="reader-notice" role="alert">
      <p>{children}</p>
      <div className="actions">{action}</div>
    </div>
  );
}
