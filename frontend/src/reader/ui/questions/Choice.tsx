import type { KeyboardEvent } from 'react';
import { useLanguage } from '../../../shared/i18n';
import { answerText, valueLabel } from '../../names';
import { digitOf } from './amount';
import { chosenOf, toggled } from './order';
import { Question, type QuestionProps } from './Question';

/** One of several answers: a digit gives it and goes on. Numbers are a scale in one row, words have lines of their own. */
export function Choice({ field, value, asked, disabled, onAnswer, onDone }: QuestionProps) {
  const language = useLanguage();
  const { name, values } = field;
  const scale = values.every((option) => typeof option === 'number');
  const byDigit = (event: KeyboardEvent) => {
    const option = optionOf(event, values);
    if (option === undefined) return;
    onAnswer(name, option);
    onDone(name);
  };
  return (
    <Question
      field={field}
      value={value}
      asked={asked}
      disabled={disabled}
      look={scale ? 'scale' : `words of-${values.length}`}
      chosen={scale && value !== undefined ? answerText(language, name, value) : null}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the radios inside have the focus; their digits arrive here */}
      <div className="reader-options" onKeyDown={byDigit}>
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
    </Question>
  );
}

/** Any number of several answers: a digit sets or takes back one, Enter goes on. */
export function Choices({ field, value, asked, disabled, onAnswer }: QuestionProps) {
  const language = useLanguage();
  const { name, values } = field;
  const chosen = chosenOf(value);
  const byDigit = (event: KeyboardEvent) => {
    const option = optionOf(event, values);
    if (option !== undefined) onAnswer(name, toggled(field, value, option));
  };
  return (
    <Question
      field={field}
      value={value}
      asked={asked}
      disabled={disabled}
      look={`words several of-${values.length}`}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the boxes inside have the focus; their digits arrive here */}
      <div className="reader-options" onKeyDown={byDigit}>
        {values.map((option, index) => (
          <label
            key={option}
            className="reader-option"
            title={valueLabel(language, name, option)}
            onMouseDown={(event) => event.preventDefault()}
          >
            <input
              type="checkbox"
              checked={chosen.includes(option)}
              onChange={() => onAnswer(name, toggled(field, value, option))}
            />
            <b>{index + 1}</b>
            <span>{valueLabel(language, name, option)}</span>
          </label>
        ))}
      </div>
    </Question>
  );
}

/** The option that a digit stands for; the key is then used up, and scores no segment. */
export function optionOf<V>(event: KeyboardEvent, options: readonly V[]): V | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return undefined;
  const digit = digitOf(event);
  if (digit === null) return undefined;
  event.preventDefault();
  event.stopPropagation();
  return options[digit - 1];
}
