/** The last look before a signature: what is missing, or everything that will be signed. */
import { type KeyboardEvent, useRef, useState } from 'react';
import { useLanguage, useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import type { Form, Read, Signed } from '../api';
import type { StateName } from '../heart/segments';
import { fieldLabel, placeName, siteName, stateName } from '../names';
import { missing, type Place } from '../session/form';
import type { Reading, Snapshot } from '../session/reading';
import { Sheet } from './Sheet';
import { SignForm } from './SignForm';

interface SignSheetProps {
  reading: Reading;
  snapshot: Snapshot;
  onGo: MissingProps['onGo'];
  onSigned: (signed: Signed) => void;
  onClose: () => void;
}

export function SignSheet({ reading, snapshot, onGo, onSigned, onClose }: SignSheetProps) {
  const t = useT();
  const { read } = reading;
  const open = missing(read.form, snapshot.draft);
  const [busy, setBusy] = useState(false);
  return (
    <Sheet title={title(t, read)} onClose={onClose} testId="sign-dialog" wide={open.length === 0} held={busy}>
      {open.length > 0 ? (
        <Missing form={read.form} open={open} onGo={onGo} onClose={onClose} />
      ) : (
        <SignForm
          reading={reading}
          snapshot={snapshot}
          busy={busy}
          onBusy={setBusy}
          onSigned={onSigned}
          onClose={onClose}
        />
      )}
    </Sheet>
  );
}

function title(t: ReturnType<typeof useT>, { step, amendment }: Read): string {
  if (amendment) return t('reader.sign.titleAmended');
  // Of a first step nobody can tell whether it is the only one: that would name the arm.
  return step.number > 1 ? t('reader.sign.titleStep', step) : t('reader.sign.title');
}

interface MissingProps {
  form: Form;
  open: readonly Place[];
  /** `told`: what was missing, and where the reader is now. */
  onGo: (place: Place, told: string) => void;
  onClose: () => void;
}

function Missing({ form, open, onGo, onClose }: MissingProps) {
  const t = useT();
  const language = useLanguage();
  const { typed, ...onKeys } = useTypedBlindly();
  const nameOf = (place: Place) =>
    place.kind === 'field'
      ? fieldLabel(language, place.name)
      : placeName(t, form, place.state, place.segment);
  const go = (place: Place) =>
    onGo(place, t('reader.sign.went', { count: open.length, place: nameOf(place) }));
  const [first] = open;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside have the focus; what is typed arrives here
    <div {...onKeys}>
      <p>{t('reader.sign.missing', { count: open.length })}</p>
      {typed && (
        <p className="warn" role="alert">
          {t('reader.sign.typed')}
        </p>
      )}
      <div className="reader-missing">
        {form.states.map((state) => (
          <MissingSites key={state} form={form} state={state} open={open} onGo={go} />
        ))}
        <div className="fields">
          {open.map(
            (place) =>
              place.kind === 'field' && (
                <button key={place.name} type="button" onClick={() => go(place)}>
                  {nameOf(place)}
                </button>
              ),
          )}
        </div>
      </div>
      <div className="actions end">
        <Button onClick={onClose}>{t('reader.sign.back')}</Button>
        {first && (
          <Button look="primary" data-first onClick={() => go(first)}>
            {open.length > 1 ? t('reader.sign.goFirst', { place: nameOf(first) }) : t('reader.sign.goThere')}{' '}
            <kbd aria-hidden="true">⏎</kbd>
          </Button>
        )}
      </div>
    </div>
  );
}

/**
 * Who takes this for the signature types a password without looking. Nothing of it may press a button, or be taken for scores
 * afterwards: its Enter ends it, and the next one is meant. Who has moved the focus has seen where the keys are.
 */
function useTypedBlindly() {
  const [typed, setTyped] = useState(false);
  const going = useRef<'typing' | 'moving' | null>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, repeat, ctrlKey, metaKey, altKey } = event;
    if (key === 'Tab') {
      going.current = 'moving';
      return;
    }
    if (key === 'Enter') {
      if (repeat || going.current === 'typing') event.preventDefault();
      if (!repeat) going.current = null;
      return;
    }
    if (ctrlKey || metaKey || altKey || (key === ' ' && going.current === 'moving')) return;
    if (key.length > 1 && key !== 'Process') return;
    event.preventDefault();
    going.current = 'typing';
    setTyped(true);
  };
  // Some browsers press a button when the space bar comes up, whatever became of its way down.
  const onKeyUp = (event: KeyboardEvent) => {
    if (event.key === ' ' && going.current === 'typing') event.preventDefault();
  };
  return { typed, onKeyDown, onKeyUp };
}

interface MissingSitesProps extends Pick<MissingProps, 'form' | 'open'> {
  state: StateName;
  onGo: (place: Place) => void;
}

function MissingSites({ form, state, open, onGo }: MissingSitesProps) {
  const t = useT();
  const places = open.filter((place) => place.kind === 'segment').filter((place) => place.state === state);
  if (places.length === 0) return null;
  const named = form.regions.length > 0;
  return (
    <>
      <h3>{stateName(t, state)}</h3>
      <div className={named ? 'fields' : ''}>
        {places.map((place) => {
          const name = siteName(t, form, place.segment);
          return (
            <button
              key={place.segment}
              type="button"
              title={name}
              aria-label={named ? undefined : `${place.segment} ${name}`}
              onClick={() => onGo(place)}
            >
              {named ? name : place.segment}
            </button>
          );
        })}
      </div>
    </>
  );
}
