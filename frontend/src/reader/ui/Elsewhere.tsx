/** What happened to the read in other places. */
import { useCallback, useEffect, useState } from 'react';
import { ApiError, isSignedOut } from '../../shared/api';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { fetchRead } from '../api';
import type { Reading } from '../session/reading';
import { isStill, type OpenRead, type Told } from '../session/snapshot';
import { Differences } from './Differences';
import { useSigningIn } from './fieldFocus';
import { NoticeBar } from './NoticeBar';
import { SignInAgain } from './SignInAgain';

const ASK_AGAIN_MS = 3_000;

/** What is only said, and heard with one key. */
export function News({ told, onHeard }: { told: Told; onHeard: () => void }) {
  const t = useT();
  return (
    <NoticeBar action={<Button onClick={onHeard}>{t('reader.close')}</Button>}>
      <p>
        {told.kind === 'left' ? t('reader.told.left', { count: told.count }) : t(`reader.told.${told.kind}`)}
      </p>
    </NoticeBar>
  );
}

interface ConflictProps {
  reading: Reading;
  waiting: number;
  onReopen: () => void;
}

/**
 * The read went on in two places: both are shown, and the reader says which counts. Nothing is overwritten or thrown away before
 * the reader has seen what the server has.
 */
export function Conflict({ reading, waiting, onReopen }: ConflictProps) {
  const t = useT();
  const { server, signedOut, ask } = useServer(reading, onReopen);
  const signingIn = useSigningIn();
  const differing = server ? reading.conflictWith(server.draft) : null;
  const same = differing?.length === 0;
  const theirs = async () => {
    await reading.forget();
    onReopen();
  };
  return (
    <NoticeBar
      action={
        <>
          {(signedOut || signingIn) && <SignInAgain onSignedIn={ask} />}
          <Button disabled={!server} onClick={() => void theirs()}>
            {t('reader.conflict.theirs')}
          </Button>
          {!same && (
            <Button disabled={!server} onClick={() => server && void reading.keepMine(server)}>
              {t('reader.conflict.mine')}
            </Button>
          )}
        </>
      }
    >
      <p>
        {same
          ? t('reader.conflict.same')
          : t('reader.conflict.text', { count: differing?.length ?? waiting })}
        {!server && ` ${t('reader.conflict.asking')}`}
      </p>
      {differing && differing.length > 0 && (
        <Differences
          form={reading.read.form}
          differences={differing}
          others={t('reader.conflict.saved')}
          here={t('reader.conflict.here')}
        />
      )}
    </NoticeBar>
  );
}

/** What the server has of the read; asked for until it says so, because without it the reader cannot choose. */
function useServer(reading: Reading, onReopen: () => void) {
  const [server, setServer] = useState<OpenRead | null>(null);
  const [signedOut, setSignedOut] = useState(false);
  const [times, setTimes] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: who has signed in asks at once
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const there = await fetchRead(reading.read.token, { signal: stop.signal, stay: true });
        setSignedOut(false);
        if (isStill(there, reading.read)) setServer(there);
        else onReopen();
      } catch (problem) {
        if (stop.signal.aborted) return;
        setSignedOut(isSignedOut(problem));
        if (problem instanceof ApiError && problem.status === 404) onReopen();
        else timer = setTimeout(ask, ASK_AGAIN_MS);
      }
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [reading, onReopen, times]);
  const ask = useCallback(() => setTimes((count) => count + 1), []);
  return { server, signedOut, ask };
}
