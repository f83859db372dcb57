import { useT } from '../../shared/i18n';
import { Field } from '../../shared/ui';
import type { Decision, Group } from './groups';

const STATES = ['stress', 'rest'] as const;

interface Props {
  helps: Group['helps'];
  decision: Decision;
  onChange: (decision: Decision) => void;
}

/** What a group's reason asks for, and nothing else. */
export function AnswerForm({ helps, decision, onChange }: Props) {
  const t = useT();
  return (
    <>
      {helps.includes('state') && (
        <fieldset className="choices">
          <legend>{t('quarantine.state')}</legend>
          {STATES.map((state) => (
            <label key={state} className="inline">
              <input
                type="radio"
                name="state"
                checked={decision.state === state}
                onChange={() => onChange({ ...decision, state })}
              />
              {t(`quarantine.state.${state}`)}
            </label>
          ))}
        </fieldset>
      )}
      {helps.includes('patient_id') && (
        <Field label={t('quarantine.patientId')} hint={t('quarantine.patientIdHint')}>
          <input
            autoComplete="off"
            maxLength={64}
            value={decision.patient_id ?? ''}
            onChange={({ target }) => onChange({ ...decision, patient_id: target.value })}
          />
        </Field>
      )}
      {helps.includes('replace') && (
        <Field label={t('quarantine.replace')} hint={t('quarantine.replaceHint')}>
          <input
            maxLength={500}
            value={decision.replace ?? ''}
            onChange={({ target }) => onChange({ ...decision, replace: target.value })}
          />
        </Field>
      )}
    </>
  );
}
