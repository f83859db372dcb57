import { type FormEvent, useEffect, useEffectEvent, useState } from 'react';
import { ApiError } from '../../shared/api';
import { type T, useLanguage, useT } from '../../shared/i18n';
import { useSession } from '../../shared/session';
import { Button } from '../../shared/ui';
import { type Read, type Signed, sign } from '../api';
import { contentDigest } from '../ledger/content';
import { type Draft, differences } from '../ledger/events';
import { content } from '../session/form';
import type { Reading, Snapshot } from '../session/reading';
import { found } from '../session/signing';
import { warnings } from '../session/warnings';
import { Differences } from './Differences';
import { Review } from './Review';
import { SumsLine } from './SumsLine';
import { bothClocks } from './times';
import { Warnings } from './Warnings';

interface SignFormProps {
  reading: Reading;
  snapshot: Snapshot;
  /** The signature is on its way. */
  busy: boolean;
  onBusy: (busy: boolean) => void;
  onSigned: (signed: Signed) => void;
  onClose: () => void;
}

export function SignForm({ reading, snapshot, busy, onBusy, onSigned, onClose }: SignFormProps) {
  const t = useT();
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const { read } = reading;
  const { draft, save } = snapshot;
  // What is being saved is waited for; Enter is never lost to a moment's saving.
  const ready = (save.kind === 'saved' || save.kind === 'saving') && snapshot.writable;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || !password || busy) return;
    onBusy(true);
    setProblem(null);
    try {
      const sealed = await reading.sealed();
      if (sealed) return onSigned(await sign(read.token, { password, ...sealed }));
      if (reading.snapshot().save.kind === 'signed') return await settle();
      setProblem(t(reading.snapshot().told ? 'reader.told.elsewhere' : 'reader.sign.unsaved'));
    } catch (error) {
      if (isOpenQuestion(error)) return await settle();
      setProblem(error instanceof ApiError ? error.message : t('error.unexpected'));
      setPassword('');
    } finally {
      reading.unseal();
      onBusy(false);
    }
  };

  /** It may be signed although nobody said so: the server knows. */
  const settle = async () => {
    try {
      const shown = await contentDigest(content(read.form, reading.snapshot().draft), read.form.version);
      const there = await found(read, shown);
      if (there.kind === 'signed') return onSigned(there.signed);
      if (there.kind === 'open') return setProblem(t('reader.sign.unanswered'));
      reading.unseal();
      // The read itself has to hear of it, too: then the page says so.
      await reading.sealed();
    } catch {
      if (reading.snapshot().save.kind !== 'signed') return setProblem(t('reader.sign.unknown'));
    }
    onClose();
  };
  const onSignedMeanwhile = useEffectEvent(() => {
    if (!busy) void settle();
  });
  useEffect(() => {
    if (save.kind === 'signed') onSignedMeanwhile();
  }, [save.kind]);

  return (
    <form className="reader-sign" onSubmit={submit}>
      <div className="review">
        <Corrected read={read} draft={draft} />
        <SumsLine form={read.form} draft={draft} display={read.display} />
        <Warnings warnings={warnings(read.form, draft, read.display)} />
        <Review read={read} snapshot={snapshot} />
      </div>
      <div className="signing">
        {read.amendment && (
          <p className="note">
            {t('reader.sign.amends', { version: read.amendment.version, reason: read.amendment.reason })}
          </p>
        )}
        <Attested reading={reading} snapshot={snapshot} />
        <p className="meaning">{t(read.amendment ? 'reader.sign.meaningAmended' : 'reader.sign.meaning')}</p>
        <label className="field">
          <span>{t('reader.sign.password')}</span>
          <input
            type="password"
            autoComplete="current-password"
            required
            data-first
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        {!ready && <p role="status">{inTheWay(t, snapshot)}</p>}
        <div className="actions end">
          <Button onClick={onClose} disabled={busy}>
            {t('reader.sign.back')}
          </Button>
          <Button type="submit" look="primary" busy={busy} disabled={!ready || !password}>
            {t('reader.sign.confirm')}
          </Button>
        </div>
      </div>
    </form>
  );
}

/** Why nothing can be signed now, and what can be done about it. */
export function inTheWay(t: T, { save, writable }: Pick<Snapshot, 'save' | 'writable'>): string {
  if (!writable) return t('reader.otherTab.text');
  if (save.kind === 'failed') return t('reader.save.failed', { why: save.message });
  if (save.kind === 'signedOut') return t('reader.sign.signedOut');
  return t(save.kind === 'offline' ? 'reader.sign.offline' : 'reader.sign.waiting');
}

/** A correction first says what it changes of what was signed. */
function Corrected({ read: { form, amendment }, draft }: { read: Read; draft: Draft }) {
  const t = useT();
  if (!amendment) return null;
  const changed = differences(content(form, draft), amendment.signed);
  const version = amendment.version - 1;
  return (
    <section data-testid="corrected">
      <p className={changed.length > 0 ? '' : 'warn'}>
        {changed.length > 0
          ? t('reader.sign.changed', { count: changed.length, version })
          : t('reader.sign.unchanged', { version })}
      </p>
      {changed.length > 0 && (
        <Differences
          form={form}
          differences={changed}
          others={t('reader.sign.before')}
          here={t('reader.sign.now')}
        />
      )}
    </section>
  );
}

/** No answer, or one that says that it is signed already. */
function isOpenQuestion(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 0 || error.status >= 500 || error.code === 'signed' || error.code === 'step';
}

/** Who signs, when, and the fingerprint that the server must find too. */
function Attested({ reading, snapshot }: Pick<SignFormProps, 'reading' | 'snapshot'>) {
  const t = useT();
  const language = useLanguage();
  const { user } = useSession();
  const { local, utc } = bothClocks(language, useNow());
  const { form } = reading.read;
  const [digest, setDigest] = useState('');
  useEffect(() => {
    let current = true;
    void contentDigest(content(form, snapshot.draft), form.version).then((made) => {
      if (current) setDigest(made);
    });
    return () => {
      current = false;
    };
  }, [form, snapshot.draft]);
  return (
    <dl className="reader-facts">
      <div>
        <dt>{t('reader.sign.name')}</dt>
        <dd>{user.full_name}</dd>
      </div>
      <div>
        <dt>{t('reader.sign.time')}</dt>
        <dd>
          {local} <span className="dim">({utc})</span>
        </dd>
      </div>
      <div>
        <dt>{t('reader.signed.digest')}</dt>
        <dd className="mono digest" data-testid="shown-digest">
          {digest}
        </dd>
      </div>
    </dl>
  );
}

const EVERY_MS = 10_000;

function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
