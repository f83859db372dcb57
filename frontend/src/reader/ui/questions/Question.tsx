/** What the questions of a form have in common: a name, a mark while an answer is due, a place that is kept. */
import type { ReactNode } from 'react';
import { useLanguage, useT } from '../../../shared/i18n';
import type { FormField } from '../../api';
import type { FieldValue } from '../../ledger/events';
import { fieldLabel } from '../../names';

export interface QuestionProps {
  field: FormField;
  value: FieldValue | undefined;
  /** False while its condition does not hold: it then keeps its place, and nothing else moves when it is asked. */
  asked: boolean;
  disabled: boolean;
  onAnswer: (name: string, value: FieldValue | null) => void;
  /** The answer is given in full: on to the next question. */
  onDone: (name: string) => void;
}

interface QuestionFrameProps extends Pick<QuestionProps, 'field' | 'value' | 'asked' | 'disabled'> {
  look: string;
  /** The answer in words, where the options alone do not say it. */
  chosen?: ReactNode;
  children: ReactNode;
}

export function Question({ field, value, asked, disabled, look, chosen, children }: QuestionFrameProps) {
  const t = useT();
  const language = useLanguage();
  const due = asked && field.required && value === undefined;
  return (
    <fieldset
      className={`reader-choice ${look} ${asked ? '' : 'unasked'}`}
      data-field={asked ? field.name : undefined}
      disabled={disabled || !asked}
      inert={!asked}
    >
      <legend>
        <span>{fieldLabel(language, field.name)}</span>
        {due ? (
          <span className="open">{t('reader.form.open')}</span>
        ) : (
          <span className="chosen">{chosen}</span>
        )}
      </legend>
      {children}
    </fieldset>
  );
}
