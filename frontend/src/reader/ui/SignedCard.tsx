import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useLanguage, useT } from '../../shared/i18n';
import type { Signature } from '../api';
import type { Draft } from '../ledger/events';
import { SumsLine } from './SumsLine';
import { bothClocks } from './times';

interface SignedCardProps {
  signature: Signature | null;
  /** Only right after signing: a signed read is not shown again. */
  draft: Draft | null;
  /** Null at the end of a session; undefined when it is not known. */
  next: string | null | undefined;
}

export function SignedCard({ signature, draft, next }: SignedCardProps) {
  const t = useT();
  const language = useLanguage();
  const onward = useRef<HTMLAnchorElement>(null);
  // Enter goes on to the next case.
  useEffect(() => onward.current?.focus(), []);
  const clocks = signature && bothClocks(language, new Date(signature.signed_at));
  return (
    <main className="reader-card" data-testid="signed">
      <h1>{t('reader.signed.title')}</h1>
      {draft && <SumsLine draft={draft} />}
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
            <dd>{t('reader.sign.meaning')}</dd>
          </div>
          <div>
            <dt>{t('reader.signed.digest')}</dt>
            <dd className="mono">{signature.content_sha256}</dd>
          </div>
        </dl>
      )}
      <p className="dim">{t('reader.signed.closed')}</p>
      {next === null && <p>{t('reader.signed.sessionDone')}</p>}
      <div className="actions">
        {next && (
          <Link className="button primary big" href={`/reading/${next}`} data-testid="next-case" ref={onward}>
            {t('reader.signed.next')} <kbd>⏎</kbd>
          </Link>
        )}
        <Link className="button" href="/reading">
          {t('reader.worklist.title')}
        </Link>
      </div>
    </main>
  );
}
