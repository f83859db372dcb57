/** The questions of the form beside the scores. Inside a choice the keys 1 to 5 answer it. */
import { useEffect, useRef, useState } from 'react';
import { useLanguage, useT } from '../../shared/i18n';
import type { FormField } from '../api';
import { cleanText } from '../ledger/content';
import type { FieldValue } from '../ledger/events';
import { fieldLabel, valueLabel } from '../names';

interface FormFieldsProps {
  fields: readonly FormField[];
  values: Readonly<Record<string, FieldValue>>;
  disabled: boolean;
  onAnswer: (name: string, value: FieldValue | null) => void;
}

export function FormFields({ fields, values, disabled, onAnswer }: FormFieldsProps) {
  return (
    <div className="reader-form">
      {fields.map((field) =>
        field.kind === 'choice' ? (
          <Choice
            key={field.name}
            field={field}
            value={values[field.name]}
            disabled={disabled}
            onAnswer={onAnswer}
          />
        ) : (
          <Text
            key={field.name}
            field={field}
            value={values[field.name]}
            disabled={disabled}
            onAnswer={onAnswer}
          />
        ),
      )}
    </div>
  );
}

interface QuestionProps {
  field: FormField;
  value: FieldValue | undefined;
  disabled: boolean;
  onAnswer: (name: string, value: FieldValue | null) => void;
}

function Choice({ field: { name, values, required }, value, disabled, onAnswer }: QuestionProps) {
  const t = useT();
  const language = useLanguage();
  const scale = values.every((option) => typeof option === 'number');
  const chosen = value === undefined ? null : valueLabel(language, name, value);
  return (
    <fieldset className={`reader-choice ${scale ? 'scale' : 'words'}`} data-field={name} disabled={disabled}>
      <legend>
        {fieldLabel(language, name)}
        {value === undefined && required ? (
          <span className="open">{t('reader.form.open')}</span>
        ) : (
          scale && <span className="chosen">{chosen}</span>
        )}
      </legend>
      <div className="reader-options">
        {values.map((option, index) => (
          // The focus stays where it is on a click: the next digit must score a segment, not answer again.
          <label
            key={option}
            className="reader-option"
            title={valueLabel(language, name, option)}
            onMouseDown={(event) => event.preventDefault()}
          >
            <input
              type="radio"
              name={name}
              value={option}
              checked={value === option}
              onChange={() => onAnswer(name, option)}
            />
            <b>{index + 1}</b>
            <span className={scale ? 'visually-hidden' : ''}>{valueLabel(language, name, option)}</span>
          </label>
        ))}
      </div>
      {scale && (
        <div className="reader-ends" aria-hidden="true">
          {[values[0], values.at(-1)].map(
            (end) => end !== undefined && <span key={end}>{valueLabel(language, name, end)}</span>,
          )}
        </div>
      )}
    </fieldset>
  );
}

const TEXT_LIMIT = 2000;
const TYPING_SETTLES_MS = 800;

/** Kept when the typing rests, when the field is left and when the page goes away. */
function Text({ field: { name }, value, disabled, onAnswer }: QuestionProps) {
  const language = useLanguage();
  const saved = String(value ?? '');
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? saved;
  const latest = useRef({ typed, onAnswer });
  latest.current = { typed, onAnswer };

  useEffect(() => {
    const keep = () => {
      const { typed: text, onAnswer: answer } = latest.current;
      if (text === null) return;
      answer(name, cleanText(text).trimEnd() || null);
    };
    const timer = typed === null ? undefined : setTimeout(keep, TYPING_SETTLES_MS);
    window.addEventListener('pagehide', keep);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('pagehide', keep);
    };
  }, [typed, name]);

  const leave = () => {
    if (typed === null) return;
    onAnswer(name, cleanText(typed).trimEnd() || null);
    setTyped(null);
  };
  return (
    <label className="reader-text">
      <span>{fieldLabel(language, name)}</span>
      <textarea
        data-text={name}
        rows={2}
        maxLength={TEXT_LIMIT}
        value={shown}
        disabled={disabled}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.nativeEvent.isComposing) event.currentTarget.blur();
        }}
      />
    </label>
  );
}
