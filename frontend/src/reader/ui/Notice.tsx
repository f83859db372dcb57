import { useEffect, useEffectEvent, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import type { Reading, Snapshot } from '../session/reading';
import { Conflict, News } from './Elsewhere';
import { fieldInFocus, leaveFields, useSigningIn } from './fieldFocus';
import { NoticeBar } from './NoticeBar';
import { SignedOut } from './SignInAgain';

interface NoticeProps {
  reading: Reading;
  snapshot: Snapshot;
  onTakeOver: () => void;
  /** Open the read anew from the server. */
  onReopen: () => void;
}

/**
 * What keeps the reader from going on as usual, and the ways out of it. Escape puts away what stops nothing; it is back with the
 * next act that is not saved. It is rare, and so it is fetched when the page has time.
 */
export function Notice({ reading, snapshot, onTakeOver, onReopen }: NoticeProps) {
  const t = useT();
  const { save, writable, told } = snapshot;
  const [away, putAway] = useState('');
  const trouble = save.kind === 'signedOut' || save.kind === 'failed' ? `${save.kind} ${save.waiting}` : '';
  const isAway = trouble !== '' && trouble === away;
  const signingIn = useSigningIn();
  const stops = !writable || save.kind === 'conflict' || save.kind === 'signed';
  useEscape(() => {
    if (stops) return;
    if (signingIn) leaveFields();
    if (trouble && !isAway) putAway(trouble);
    else if (!signingIn && told && told.kind !== 'left') reading.heard();
  });
  if (!writable) {
    return (
      <NoticeBar action={<Button onClick={onTakeOver}>{t('reader.otherTab.take')}</Button>}>
        <p>{t('reader.otherTab.text')}</p>
      </NoticeBar>
    );
  }
  if (save.kind === 'conflict') {
    return <Conflict reading={reading} waiting={save.waiting} onReopen={onReopen} />;
  }
  if (save.kind === 'signed') {
    return (
      <NoticeBar action={<Button onClick={onReopen}>{t('reader.signedElsewhere.go')}</Button>}>
        <p>
          {save.waiting > 0
            ? t('reader.signedElsewhere.text', { count: save.waiting })
            : t('reader.signedElsewhere.nothing')}
        </p>
      </NoticeBar>
    );
  }
  if (signingIn || (save.kind === 'signedOut' && !isAway)) {
    const waiting = 'waiting' in save ? save.waiting : 0;
    return <SignedOut waiting={waiting} onSignedIn={() => void reading.retry()} />;
  }
  if (save.kind === 'failed' && !isAway) {
    return (
      <NoticeBar action={<Button onClick={() => void reading.retry()}>{t('reader.save.retry')}</Button>}>
        <p>{t('reader.save.failed', { why: save.message })}</p>
      </NoticeBar>
    );
  }
  if (told) {
    return <News told={told} onHeard={() => reading.heard()} />;
  }
  return null;
}

/** Not where a dialog, an open tool or a question takes it. */
function useEscape(escaped: () => void): void {
  const onEscape = useEffectEvent(escaped);
  useEffect(() => {
    const listen = ({ key, isComposing }: KeyboardEvent) => {
      const taken = isComposing || fieldInFocus() || document.querySelector(':modal, :popover-open');
      if (key === 'Escape' && !taken) onEscape();
    };
    // Before the question that it leaves has lost the focus.
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, []);
}
