import { type FormEvent, useEffect, useState } from 'react';
import { ApiError } from '../../shared/api';
import { useLanguage, useT } from '../../shared/i18n';
import { useSession } from '../../shared/session';
import { Button } from '../../shared/ui';
import { type Signed, sign } from '../api';
import { STATES, type StateName } from '../heart/segments';
import { fieldLabel, segmentName, stateName, tableName, valueLabel } from '../names';
import { missing, type Place, warnings } from '../session/checks';
import type { Reading, Snapshot } from '../session/reading';
import { Sheet } from './Sheet';
import { SumsLine } from './SumsLine';
import { bothClocks } from './times';
import { Warnings } from './Warnings';

interface SignSheetProps {
  reading: Reading;
  snapshot: Snapshot;
  onGo: (place: Place) => void;
  onSigned: (signed: Signed) => void;
  onClose: () => void;
}

export function SignSheet({ reading, snapshot, onGo, onSigned, onClose }: SignSheetProps) {
  const t = useT();
  const open = missing(snapshot.draft, reading.read.form.fields);
  return (
    <Sheet title={t('reader.sign.title')} onClose={onClose} testId="sign-dialog">
      {open.length > 0 ? (
        <Missing open={open} onGo={onGo} onClose={onClose} />
      ) : (
        <SignForm reading={reading} snapshot={snapshot} onSigned={onSigned} onClose={onClose} />
      )}
    </Sheet>
  );
}

function Missing({
  open,
  onGo,
  onClose,
}: {
  open: readonly Place[];
  onGo: (place: Place) => void;
  onClose: () => void;
}) {
  const t = useT();
  const language = useLanguage();
  return (
    <>
      <p>{t('reader.sign.missing', { count: open.length })}</p>
      <div className="reader-missing">
        {STATES.map((state) => (
          <MissingSegments key={state} state={state} open={open} onGo={onGo} />
        ))}
        <div className="fields">
          {open.map(
            (place) =>
              place.kind === 'field' && (
                <button key={place.name} type="button" onClick={() => onGo(place)}>
                  {fieldLabel(language, place.name)}
                </button>
              ),
          )}
        </div>
      </div>
      <div className="actions end">
        <Button onClick={onClose}>{t('reader.sign.back')}</Button>
      </div>
    </>
  );
}

interface MissingSegmentsProps {
  state: StateName;
  open: readonly Place[];
  onGo: (place: Place) => void;
}

function MissingSegments({ state, open, onGo }: MissingSegmentsProps) {
  const t = useT();
  const places = open.filter((place) => place.kind === 'segment').filter((place) => place.state === state);
  if (places.length === 0) return null;
  return (
    <>
      <h3>{stateName(t, state)}</h3>
      <div>
        {places.map((place) => (
          <button
            key={place.segment}
            type="button"
            title={segmentName(t, place.segment)}
            aria-label={`${place.segment} ${segmentName(t, place.segment)}`}
            onClick={() => onGo(place)}
          >
            {place.segment}
          </button>
        ))}
      </div>
    </>
  );
}

type SignFormProps = Omit<SignSheetProps, 'onGo'>;

function SignForm({ reading, snapshot, onSigned, onClose }: SignFormProps) {
  const t = useT();
  const language = useLanguage();
  const { user } = useSession();
  const now = useNow();
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { draft, view, save } = snapshot;
  const ready = save.kind === 'saved' && snapshot.writable;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || !password || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const sealed = await reading.sealed();
      if (!sealed) setProblem(t('reader.sign.unsaved'));
      else onSigned(await sign(reading.read.token, { password, ...sealed }));
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : t('error.unexpected'));
      setPassword('');
    }
    setBusy(false);
  };

  const { local, utc } = bothClocks(language, now);
  return (
    <form className="reader-sign" onSubmit={submit}>
      <SumsLine draft={draft} />
      <Warnings warnings={warnings(draft)} />
      <dl className="reader-facts">
        {reading.read.form.fields.map(({ name }) => {
          const value = draft.fields[name];
          return value === undefined ? null : (
            <div key={name}>
              <dt>{fieldLabel(language, name)}</dt>
              <dd>{valueLabel(language, name, value)}</dd>
            </div>
          );
        })}
        <div>
          <dt>{t('reader.sign.view')}</dt>
          <dd>
            {tableName(t, view.table)}
            {STATES.map(
              (state) =>
                ` · ${stateName(t, state)} ${Math.round(view.windows[state].low * 100)}–${Math.round(view.windows[state].high * 100)} %`,
            )}
          </dd>
        </div>
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
      </dl>
      <p className="meaning">{t('reader.sign.meaning')}</p>
      <label className="field">
        <span>{t('reader.sign.password')}</span>
        <input
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {!ready && <p role="status">{t('reader.sign.waiting')}</p>}
      <div className="actions end">
        <Button onClick={onClose} disabled={busy}>
          {t('reader.sign.back')}
        </Button>
        <Button type="submit" look="primary" busy={busy} disabled={!ready || !password}>
          {t('reader.sign.confirm')}
        </Button>
      </div>
    </form>
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
