import { useState } from 'react';
import { useT } from '../../shared/i18n';
import { Dialog, Field } from '../../shared/ui';

interface Props {
  known: string;
  onGiven: (id: string) => void;
  onClose: () => void;
}

/** Files without a patient ID, or with a wrong one. At most 64 characters: the value representation LO (PS3.5 6.2). */
export function PatientIdDialog({ known, onGiven, onClose }: Props) {
  const t = useT();
  const [id, setId] = useState(known);
  const given = id.trim();
  return (
    <Dialog
      title={t('patientId.title')}
      confirm={t('patientId.confirm')}
      blocked={!given || given === known}
      onConfirm={() => onGiven(given)}
      onClose={onClose}
    >
      <p>{t('patientId.text')}</p>
      <Field label={t('patientId.label')} hint={t('patientId.join')}>
        <input
          value={id}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          required
          onChange={({ target }) => setId(target.value)}
        />
      </Field>
    </Dialog>
  );
}
