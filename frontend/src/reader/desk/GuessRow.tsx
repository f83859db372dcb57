import { useId } from 'react';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import type { SessionQuestions } from '../api';
import { CONFIDENCE, type GuessDraft, whole } from './answers';

interface GuessRowProps {
  read: SessionQuestions['reads'][number] | undefined;
  position: number;
  of: number;
  arms: readonly string[];
  guess: GuessDraft | undefined;
  onGuess: (guess: GuessDraft) => void;
}

/** Which images one read is taken for, how surely, or that this cannot be said. */
export function GuessRow({ read, position, of, arms, guess, onGuess }: GuessRowProps) {
  const t = useT();
  const language = useLanguage();
  const id = useId();
  const confidence = guess?.confidence ?? '';
  const named = guess?.answer === 'arm';
  const wrong = confidence !== '' && whole(confidence, CONFIDENCE.least, CONFIDENCE.most) === null;
  const without = (['cannot_tell', 'not_remembered'] as const).map((answer) => ({
    label: t(`reader.questions.guess.${answer}`),
    checked: guess?.answer === answer,
    chosen: { answer, arm: null, confidence: '' },
  }));
  const choices = [
    ...arms.map((label, arm) => ({
      label,
      checked: guess?.arm === arm,
      chosen: { answer: 'arm' as const, arm, confidence },
    })),
    ...without,
  ];
  return (
    <div className="questions-guess" data-testid={`guess-${position}`}>
      <fieldset className="questions-choice">
        <legend>
          {t('reader.questions.read', { number: position, of })}{' '}
          <span className="dim">
            {read && t('reader.questions.signedAt', { time: formatTime(language, read.signed_at) })}
          </span>
        </legend>
        {choices.map(({ label, checked, chosen }) => (
          <label key={label}>
            <input
              type="radio"
              name={`guess ${position}`}
              checked={checked}
              onChange={() => onGuess(chosen)}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <div className="questions-confidence">
        <label htmlFor={id}>{t('reader.questions.confidence')}</label>
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={CONFIDENCE.least}
          max={CONFIDENCE.most}
          disabled={!named}
          aria-invalid={wrong || undefined}
          value={confidence}
          onChange={({ target }) =>
            onGuess({ answer: 'arm', arm: guess?.arm ?? null, confidence: target.value })
          }
        />
        <span className="dim">{t('reader.questions.percent')}</span>
      </div>
    </div>
  );
}
