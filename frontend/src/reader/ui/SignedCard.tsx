import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { useLanguage, useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { fetchWorklist, type Read, type Signed } from '../api';
import { questionsPage, WaitingText } from '../desk/WaitingText';
import type { Draft } from '../ledger/events';
import { NotAdded } from './NotAdded';
import { SumsLine } from './SumsLine';
import { bothClocks } from './times';
import { UnlockRequest } from './UnlockRequest';

const Feedback = lazy(() =>
  import('../qualification/Feedback').then((module) => ({ default: module.Feedback })),
);

/** An Enter so soon, or one that is held, was meant for the signature. */
const SIGNATURES_MS = 300;

interface SignedCardProps {
  read: Read;
  /** What was signed and what follows; null when the read was signed before it was opened. */
  signed: { answer: Signed; draft: Draft } | null;
  /** Changes of this computer that are not part of what was signed, and how to let go of them once that is read. */
  unsent?: number;
  onForget?: () => Promise<void>;
  /** Open the same read again: its next step follows, or it is open for amendment. */
  onAgain: () => void;
}

export function SignedCard({ read, signed, unsent = 0, onForget, onAgain }: SignedCardProps) {
  const t = useT();
  const language = useLanguage();
  const onward = useRef<HTMLElement>(null);
  const found = useOnward(signed ? null : read.token);
  const { more, next, waiting } = signed?.answer ?? { more: false, ...found };
  const leads = more || Boolean(next) || waiting?.reason === 'questions';
  // Enter goes on: at once after a signature, and where a card was opened unless somebody has begun to use it.
  useEffect(() => {
    const free = signed !== null || document.activeElement === document.body;
    if (!leads || !free) return;
    const card = onward.current;
    card?.querySelector<HTMLElement>('.primary')?.focus();
    const from = performance.now();
    const keep = (event: KeyboardEvent) => {
      const tooSoon = event.repeat || performance.now() - from < SIGNATURES_MS;
      if (event.key === 'Enter' && tooSoon) event.preventDefault();
    };
    card?.addEventListener('keydown', keep);
    return () => card?.removeEventListener('keydown', keep);
  }, [leads, signed]);
  const signature = signed?.answer.signature ?? read.signature;
  const clocks = signature && bothClocks(language, new Date(signature.signed_at));
  const { purpose } = read;
  const qualifies = purpose === 'training' || purpose === 'test';
  return (
    <main className="reader-card" data-testid="signed" ref={onward}>
      <h1>{more ? t('reader.signed.stepTitle', read.step) : t('reader.signed.title')}</h1>
      <p className="dim">{t('reader.worklist.readName', read.position)}</p>
      {unsent > 0 && onForget && (
        <NotAdded
          text={t('reader.signedElsewhere.text', { count: unsent })}
          forget={t('reader.signedElsewhere.forget')}
          onForget={onForget}
        />
      )}
      {signed && <SumsLine form={read.form} draft={signed.draft} display={read.display} />}
      {purpose === 'training' && !more && (
        <Suspense>
          <Feedback token={read.token} />
        </Suspense>
      )}
      {signature && clocks && (
        <dl className="reader-facts">
          <div>
            <dt>{t('reader.sign.name')}</dt>
            <dd>{signature.full_name}</dd>
          </div>
          <div>
            <dt>{t('reader.sign.time')}</dt>
            <dd>
              {clocks.local} <span className="dim">({clocks.utc})</span>
            </dd>
          </div>
          <div>
            <dt>{t('reader.signed.meaning')}</dt>
            <dd>
              {t(signature.meaning === 'amended' ? 'reader.sign.meaningAmended' : 'reader.sign.meaning')}
            </dd>
          </div>
          <div>
            <dt>{t('reader.signed.digest')}</dt>
            <dd className="mono digest">{signature.content_sha256}</dd>
          </div>
        </dl>
      )}
      <p className="dim">
        {more
          ? t('reader.signed.stepLocked')
          : t(
              qualifies
                ? `reader.signed.${purpose}`
                : signed
                  ? 'reader.signed.closed'
                  : 'reader.signed.closedBefore',
            )}
      </p>
      {next === null && !more && (
        <p data-testid="waiting">
          {waiting ? (
            <WaitingText waiting={waiting} />
          ) : (
            t(qualifies ? 'reader.signed.deskDone' : 'reader.signed.sessionDone')
          )}
        </p>
      )}
      {signed?.answer.break_due && !more && (
        <p className="note" role="status">
          {t('reader.break.text')}
        </p>
      )}
      <div className="actions">
        {more && (
          <Button look="primary" className="big" onClick={onAgain} data-testid="next-step">
            {t('reader.signed.nextStep')} <kbd>⏎</kbd>
          </Button>
        )}
        {waiting?.reason === 'questions' && !more && (
          <Link className="button primary big" href={questionsPage(waiting)} data-testid="to-questions">
            {t('reader.desk.answer')} <kbd>⏎</kbd>
          </Link>
        )}
        {next && !more && (
          <Link className="button primary big" href={`/reading/${next}`} data-testid="next-case">
            {t('reader.signed.next')} <kbd>⏎</kbd>
          </Link>
        )}
        <Link className="button" href="/reading">
          {t('reader.worklist.title')}
        </Link>
      </div>
      {!more && !qualifies && (
        <details className="unlock" open={read.unlock !== null}>
          <summary>{t('reader.unlock.title')}</summary>
          <UnlockRequest token={read.token} unlock={read.unlock} />
        </details>
      )}
    </main>
  );
}

type Onward = Pick<Signed, 'waiting'> & { next: string | null | undefined };

/** What follows a read that was signed before it was opened: the reading list knows. Without an answer the list itself is there. */
function useOnward(token: string | null): Onward {
  const [found, setFound] = useState<Onward>({ next: undefined, waiting: null });
  useEffect(() => {
    if (token === null) return;
    const stop = new AbortController();
    fetchWorklist({ signal: stop.signal }).then(
      ({ studies }) => {
        const own = studies.find(({ signed }) => signed.some((read) => read.token === token));
        if (own) setFound({ next: own.next, waiting: own.waiting });
      },
      () => undefined,
    );
    return () => stop.abort();
  }, [token]);
  return found;
}
