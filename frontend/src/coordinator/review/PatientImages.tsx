import { type ReactNode, useState } from 'react';
import { formatBytes } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Badge, Banner, Button, type Tone } from '../../shared/ui';
import { correct } from '../upload';
import {
  candidates,
  type ImageRow,
  isCorrected,
  isPartial,
  organIn,
  type Patient,
  PLACED,
  type Place,
  type Standing,
} from './grouping';
import { LookDialog } from './LookDialog';
import { PatientIdDialog } from './PatientIdDialog';
import { spaced, useSentence } from './procedure';

const STATES = ['stress', 'rest'] as const;
const VIEWS = ['short_axis', 'transaxial', 'vertical_long_axis', 'horizontal_long_axis'] as const;
/** Kinds that are reconstructed into slices of some orientation. */
const VIEWED = ['spect', 'gated_spect'];

const TONE: Record<Standing, Tone> = {
  send: 'good',
  look: 'warn',
  ask: 'warn',
  left_out: 'plain',
  unwanted: 'plain',
};

interface Props {
  studyId: string;
  patient: Patient;
  /** Dates are hidden with the names. */
  masked: boolean;
}

/** The images of one patient, each with what it is, by whose word, and what can be put right. */
export function PatientImages({ studyId, patient, masked }: Props) {
  const t = useT();
  const [asking, setAsking] = useState(false);
  const clashes = patient.places.filter(({ filling }) => filling === 'clash');
  const brain = organIn(patient.places.map(({ place }) => place)) === 'brain';
  return (
    <>
      {clashes.map(({ place }) => (
        <Banner key={`${place.set}/${place.state}`} tone="warn">
          {t(hasBoth(patient, place) ? 'review.clashCorrected' : 'review.clash', {
            place: `${t(`set.${place.set}`)} · ${t(`state.${place.state}`)}`,
          })}
        </Banner>
      ))}
      <ul className="image-rows">
        {patient.images.map((row) => (
          <Image
            key={row.key}
            studyId={studyId}
            row={row}
            masked={masked}
            brain={brain}
            clashing={clashes.some(({ place }) => candidates([row], place).length > 0)}
          />
        ))}
      </ul>
      <Button look={patient.noId ? 'primary' : 'quiet'} onClick={() => setAsking(true)}>
        {t(patient.noId ? 'row.askId' : 'row.changeId')}
      </Button>
      {asking && (
        <PatientIdDialog
          known={masked ? '' : patient.id}
          onClose={() => setAsking(false)}
          onGiven={(id) => {
            correct(
              studyId,
              patient.images.map(({ key }) => key),
              (was) => ({ ...was, patientId: id }),
            );
            setAsking(false);
          }}
        />
      )}
    </>
  );
}

/** Whether one of the images for a place is corrected for attenuation and another is not. */
function hasBoth({ images }: Patient, place: Place): boolean {
  const found = candidates(images, place).map(({ description }) => isCorrected(description));
  return found.includes(true) && found.includes(false);
}

interface ImageProps {
  studyId: string;
  row: ImageRow;
  masked: boolean;
  /** Of a brain nobody says stress or rest; what counts is by what it was corrected. */
  brain: boolean;
  clashing: boolean;
}

function Image({ studyId, row, masked, brain, clashing }: ImageProps) {
  const t = useT();
  const lang = useLanguage();
  const sentence = useSentence();
  const [looking, setLooking] = useState(false);
  const { description, said, standing } = row;
  const unwanted = standing === 'unwanted';
  const put = (what: 'state' | 'view', value: string) =>
    correct(studyId, [row.key], (was) => ({ ...was, [what]: value === said[what] ? undefined : value }));
  return (
    <li className={`image-row ${standing} ${clashing ? 'clashing' : ''}`} aria-busy={row.busy || undefined}>
      <div>
        <strong>{t(brain && row.place ? `set.${row.place.set}` : `kind.${description.kind}`)}</strong>
        <small className="dim">
          {[
            description.corrected && description.kind.includes('spect') && t('row.corrected'),
            !masked && dated(lang, row.date),
          ]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </div>
      {brain ? (
        <div />
      ) : (
        <Choice
          label={t('row.state')}
          values={STATES.map((state) => [state, t(`state.${state}`)])}
          value={description.state}
          from={description.stateFrom}
          said={said.state}
          none={PLACED.includes(description.kind) ? undefined : t('row.noState')}
          disabled={unwanted}
          onChange={(value) => put('state', value)}
        />
      )}
      {VIEWED.includes(description.kind) ? (
        <Choice
          label={t('row.view')}
          values={VIEWS.map((view) => [view, t(`viewName.${view}`)])}
          value={description.view}
          from={description.viewFrom}
          said={said.view}
          disabled={unwanted}
          onChange={(value) => put('view', value)}
        />
      ) : (
        <div />
      )}
      <div>
        <span className={isPartial(row) ? 'flagged' : ''}>
          {row.slices > 1
            ? t('row.slices', { files: row.files.length, slices: row.slices })
            : t('upload.files', { count: row.files.length })}
        </span>
        {row.bytes > 0 && <small className="dim">{formatBytes(lang, row.bytes)}</small>}
      </div>
      <div>
        <Badge tone={row.busy ? 'busy' : TONE[standing]}>{t(`imageStanding.${standing}`)}</Badge>
        {row.code && <small>{sentence(row.code)}</small>}
        {!unwanted && brain && !row.place && PLACED.includes(description.kind) && (
          <small className="flagged">{sentence('correction_unknown')}</small>
        )}
        {!unwanted && !brain && isCorrected(description) && (
          <small className={row.replaced ? 'dim' : 'flagged'}>
            {t(row.replaced ? 'row.uncorrectedHere' : 'row.uncorrectedMissing')}
          </small>
        )}
        {unwanted && <small className="dim">{sentence('not_in_protocol')}</small>}
        {row.toLook.length > 0 && (
          <Button look="primary" onClick={() => setLooking(true)}>
            {t('row.look', { count: row.toLook.length })}
          </Button>
        )}
      </div>
      {unwanted ? (
        <div />
      ) : (
        <label className="inline">
          <input
            type="checkbox"
            checked={Boolean(row.correction?.leaveOut || (row.replaced && !row.correction?.keep))}
            aria-label={t('row.leaveOutOf', { image: named(t, row) })}
            onChange={({ target }) =>
              correct(studyId, [row.key], (was) => ({
                ...was,
                leaveOut: target.checked && !row.replaced,
                keep: row.replaced && !target.checked,
              }))
            }
          />
          {t('row.leaveOut')}
        </label>
      )}
      {looking && <LookDialog studyId={studyId} row={row} onClose={() => setLooking(false)} />}
    </li>
  );
}

function named(t: ReturnType<typeof useT>, { description: { kind, state } }: ImageRow): string {
  const which = state === 'stress' || state === 'rest' ? ` · ${t(`state.${state}`)}` : '';
  return `${t(`kind.${kind}`)}${which}`;
}

interface ChoiceProps {
  label: string;
  values: readonly (readonly [value: string, name: string])[];
  value: string | null;
  /** The attribute that says so, or `coordinator`. */
  from: string;
  /** What the file says by itself. */
  said: string | null;
  /** The name of no value at all, where none is needed. */
  none?: string;
  disabled: boolean;
  onChange: (value: string) => void;
}

/** A decision about an image with its source, and the way to put it right. */
function Choice({ label, values, value, from, said, none, disabled, onChange }: ChoiceProps) {
  const t = useT();
  const nameOf = (one: string | null) => values.find(([known]) => known === one)?.[1];
  let source: ReactNode = '';
  if (from === 'coordinator')
    source = said ? t('row.decided', { said: nameOf(said) ?? said }) : t('row.decidedAlone');
  else if (value) source = from ? t('row.from', { attribute: spaced(from) }) : '';
  else if (none === undefined) source = t('row.fromNowhere');
  return (
    <div>
      <select
        aria-label={label}
        className={value || none !== undefined ? '' : 'open-choice'}
        value={value ?? ''}
        disabled={disabled}
        onChange={({ target }) => onChange(target.value)}
      >
        {value === null && (
          <option value="" disabled={none === undefined}>
            {none ?? t('row.choose')}
          </option>
        )}
        {values.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
      <small className={from === 'coordinator' ? 'decided' : 'dim'}>{source}</small>
    </div>
  );
}

/** YYYYMMDD as the language writes a day; what is no date is not shown. */
function dated(lang: string, date: string): string {
  const [, year, month, day] = date.match(/^(\d{4})\.?(\d{2})\.?(\d{2})$/) ?? [];
  if (!year) return '';
  const when = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return new Intl.DateTimeFormat(lang, {
    year: 'numeric',
    month: lang === 'ja' ? 'numeric' : 'short',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(when);
}
