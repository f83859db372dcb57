import { useState } from 'react';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Badge, Button, type Tone } from '../../shared/ui';
import type { SignedRead } from '../api';
import { UnlockRequest } from './UnlockRequest';

const TONES: Record<NonNullable<SignedRead['unlock']>, Tone> = {
  requested: 'busy',
  refused: 'warn',
  open: 'good',
};

/** What was signed, newest first; a signed read is not shown again, but its reader may ask to have it opened. */
export function SignedReads({ reads, onAsked }: { reads: readonly SignedRead[]; onAsked: () => void }) {
  const t = useT();
  if (reads.length === 0) return null;
  const newest = [...reads].sort((a, b) => b.signed_at.localeCompare(a.signed_at));
  return (
    <details className="worklist-signed" open={reads.some(({ unlock }) => unlock === 'refused')}>
      <summary>{t('reader.worklist.signedReads', { count: reads.length })}</summary>
      <div className="table-frame">
        <table className="table compact">
          <thead>
            <tr>
              <th scope="col">{t('reader.worklist.read')}</th>
              <th scope="col">{t('reader.worklist.signedAt')}</th>
              <th scope="col">{t('reader.worklist.version')}</th>
              <th scope="col">{t('reader.worklist.again')}</th>
            </tr>
          </thead>
          <tbody>
            {newest.map((read) => (
              <Row key={read.token} read={read} onAsked={onAsked} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Row({ read, onAsked }: { read: SignedRead; onAsked: () => void }) {
  const t = useT();
  const language = useLanguage();
  const [asking, setAsking] = useState(false);
  const { token, session, number, signed_at, version, unlock, answer } = read;
  const name = t('reader.worklist.readName', { session, number });
  return (
    <>
      <tr>
        <th scope="row">{name}</th>
        <td>{formatTime(language, signed_at)}</td>
        <td>{version}</td>
        <td>
          {unlock && <Badge tone={TONES[unlock]}>{t(`reader.worklist.unlock.${unlock}`)}</Badge>}{' '}
          {(unlock === null || unlock === 'refused') && (
            <Button
              look="quiet"
              aria-expanded={asking}
              aria-label={`${t('reader.worklist.ask')}: ${name}`}
              onClick={() => setAsking(!asking)}
            >
              {t('reader.worklist.ask')}
            </Button>
          )}
          {unlock === 'refused' && <p className="dim">{t('reader.unlock.refused', { answer })}</p>}
        </td>
      </tr>
      {asking && (
        <tr className="worklist-asking">
          <td colSpan={4}>
            <UnlockRequest token={token} unlock={null} onAsked={onAsked} />
          </td>
        </tr>
      )}
    </>
  );
}
