import { useState } from 'react';
import { useT } from '../../shared/i18n';
import { Badge, Button, Empty, Panel, type Tone } from '../../shared/ui';
import { type Filling, needsCare, type Patient, type Place } from './grouping';
import { PatientImages } from './PatientImages';

type Filter = 'all' | 'care' | 'missing';

const MATCHES: Record<Filter, (patient: Patient) => boolean> = {
  all: () => true,
  care: needsCare,
  missing: ({ places }) => places.some(({ filling }) => filling !== 'here'),
};

const TONE: Record<Filling, Tone> = {
  here: 'good',
  waiting: 'warn',
  partial: 'warn',
  clash: 'warn',
  corrected: 'warn',
  missing: 'plain',
};

/** Patients drawn at once; the next ones come when they are asked for. */
const PAGE = 50;
/** So few are shown with their images at once. */
const FEW = 3;

interface Props {
  studyId: string;
  patients: readonly Patient[];
  masked: boolean;
  onMask: (masked: boolean) => void;
}

/** The folder as cases: who, which images, what they are by whose word, and what is still open. */
export function CasesPanel({ studyId, patients, masked, onMask }: Props) {
  const t = useT();
  const [filter, setFilter] = useState<Filter>('all');
  const [shown, setShown] = useState(PAGE);
  /** What the person opened or closed; until then those are open that need care. */
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const numbered = new Map(patients.map((patient, n) => [patient.key, n + 1]));
  const matching = patients.filter(MATCHES[filter]);
  const places = patients[0]?.places.map(({ place }) => place) ?? [];
  const isOpen = (patient: Patient) =>
    opened.get(patient.key) ?? (patients.length <= FEW || needsCare(patient));

  return (
    <Panel
      title={t('review.cases')}
      flush
      aside={
        <label className="inline">
          <input type="checkbox" checked={masked} onChange={({ target }) => onMask(target.checked)} />
          {t('review.hideNames')}
        </label>
      }
    >
      <p className="panel-lead dim">{t('review.casesLead')}</p>
      <fieldset className="filters" aria-label={t('review.filter')}>
        {(Object.keys(MATCHES) as Filter[]).map((name) => (
          <button
            key={name}
            type="button"
            className="chip"
            aria-pressed={filter === name}
            onClick={() => {
              setFilter(name);
              setShown(PAGE);
            }}
          >
            {t(`review.filter.${name}`, { number: patients.filter(MATCHES[name]).length })}
          </button>
        ))}
      </fieldset>
      {matching.length === 0 ? (
        <Empty title={t('review.filter.none')} />
      ) : (
        <div className="table-frame">
          <table className="table review-table">
            <Head places={places} />
            {matching.slice(0, shown).map((patient) => (
              <PatientBody
                key={patient.key}
                studyId={studyId}
                patient={patient}
                title={masked ? t('review.hidden', { number: numbered.get(patient.key) ?? 0 }) : null}
                open={isOpen(patient)}
                onToggle={() => setOpened(new Map(opened).set(patient.key, !isOpen(patient)))}
              />
            ))}
          </table>
        </div>
      )}
      {matching.length > shown && (
        <p className="more">
          <Button onClick={() => setShown(shown + PAGE)}>
            {t('review.more', { count: matching.length - shown })}
          </Button>
        </p>
      )}
    </Panel>
  );
}

function Head({ places }: { places: readonly Place[] }) {
  const t = useT();
  return (
    <thead>
      <tr>
        <th scope="col">{t('review.patient')}</th>
        {places.map(({ set, state }) => (
          <th key={`${set}/${state}`} scope="col">
            {t(`set.${set}`)} · {t(`state.${state}`)}
          </th>
        ))}
        <th scope="col" className="num">
          {t('review.files')}
        </th>
      </tr>
    </thead>
  );
}

interface BodyProps {
  studyId: string;
  patient: Patient;
  /** Stands for the name while names are hidden. */
  title: string | null;
  open: boolean;
  onToggle: () => void;
}

function PatientBody({ studyId, patient, title, open, onToggle }: BodyProps) {
  const t = useT();
  const name = title ?? (patient.name || t('review.noName'));
  return (
    <tbody className={`patient ${open ? 'open' : ''}`}>
      <tr>
        <th scope="row">
          <button
            type="button"
            className="patient-toggle"
            aria-expanded={open}
            aria-label={t('review.openPatient', { patient: name })}
            onClick={onToggle}
          >
            <span>{name}</span>
            {title === null && (
              <span className={patient.noId ? 'flagged' : 'dim'}>
                {patient.noId ? t('review.noId') : patient.id}
              </span>
            )}
          </button>
        </th>
        {patient.places.map(({ place, filling }) => (
          <td key={`${place.set}/${place.state}`}>
            <Badge tone={TONE[filling]}>{t(`filling.${filling}`)}</Badge>
          </td>
        ))}
        <td className="num">{patient.files}</td>
      </tr>
      {open && (
        <tr className="patient-images">
          <td colSpan={patient.places.length + 2}>
            <PatientImages studyId={studyId} patient={patient} masked={title !== null} />
          </td>
        </tr>
      )}
    </tbody>
  );
}
