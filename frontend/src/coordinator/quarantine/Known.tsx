import type { WaitingFile } from '../../shared/api/types';
import { useT } from '../../shared/i18n';

type What = Pick<WaitingFile, 'case' | 'patient' | 'shows'>;

/** Whose file it is and what it shows, in a few words each, without a name. */
export function useKnown(): (file: What) => string[] {
  const t = useT();
  return ({ case: its, patient, shows }) => {
    const whose = its
      ? t('quarantine.toCase', { subject: its.subject })
      : patient
        ? t('quarantine.newPatient', { patient })
        : t('quarantine.noPatient');
    if (!shows) return [whose, t('quarantine.cannotSay')];
    const state = shows.state ? t(`quarantine.state.${shows.state}`) : t('quarantine.noState');
    return [whose, t(`kind.${shows.kind}`), state];
  };
}

/** The same with the view, and with the attributes that say so. */
export function Known({ file }: { file: WaitingFile }) {
  const t = useT();
  const known = useKnown()(file);
  const { shows } = file;
  const from = (source: string) =>
    source && source !== 'coordinator' ? ` (${t('row.from', { attribute: source })})` : '';
  return (
    <ul className="quarantine-known">
      {known.map((words, n) => (
        <li key={words}>{n === 2 && shows ? words + from(shows.state_from) : words}</li>
      ))}
      {shows && (
        <li>
          {shows.view ? t(`viewName.${shows.view}`) : t('quarantine.noView')}
          {from(shows.view_from)}
        </li>
      )}
      {shows?.corrected && <li>{t('row.corrected')}</li>}
    </ul>
  );
}
