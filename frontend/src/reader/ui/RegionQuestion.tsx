import { message, useLanguage, useT } from '../../shared/i18n';
import { fieldLabel, valueLabel } from '../names';
import { optionOf } from './questions/Choice';
import type { QuestionProps } from './questions/Question';

/** One question in the row of its region, in short words; the whole ones are for the ear and on pointing. */
export function RegionQuestion({ field, value, asked, disabled, onAnswer, onDone }: QuestionProps) {
  const t = useT();
  const language = useLanguage();
  const { name, values, required } = field;
  const label = fieldLabel(language, name);
  const due = asked && required && value === undefined;
  return (
    <fieldset
      className={`reader-choice scale ${asked ? '' : 'unasked'} ${due ? 'due' : ''}`}
      data-field={asked ? name : undefined}
      disabled={disabled || !asked}
      inert={!asked}
      onKeyDown={(event) => {
        const option = optionOf(event, values);
        if (option === undefined) return;
        onAnswer(name, option);
        onDone(name);
      }}
    >
      <legend className="visually-hidden">{due ? `${label}, ${t('reader.form.open')}` : label}</legend>
      <div className="reader-options">
        {values.map((option) => (
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
              aria-label={valueLabel(language, name, option)}
              onChange={() => onAnswer(name, option)}
            />
            <span aria-hidden="true">
              {message(
                language,
                `reader.field.asymmetry.${option}.short`,
                valueLabel(language, name, option),
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
