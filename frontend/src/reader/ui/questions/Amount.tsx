import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState } from 'react';
import { message, useLanguage, useT } from '../../../shared/i18n';
import { fieldLabel } from '../../names';
import { amountIn, digitOf, withDigit, within } from './amount';
import { Question, type QuestionProps } from './Question';
import { useKept } from './useKept';

const ARROWS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowDown: -10,
  ArrowUp: 10,
};

/**
 * A whole number on a slider, in figures beside it. Before an answer the slider has no knob: one in the middle would suggest a
 * number.
 */
export function Amount({ field, value, asked, disabled, onAnswer }: QuestionProps) {
  const t = useT();
  const language = useLanguage();
  const { name } = field;
  const [minimum, maximum] = [field.minimum ?? 0, field.maximum ?? 100];
  const saved = typeof value === 'number' ? value : null;
  const [pending, setPending] = useState<{ value: number | null } | null>(null);
  const [figures, setFigures] = useState<string | null>(null);
  const typed = useRef('');
  const shown = pending ? pending.value : saved;

  const unkept = useRef<{ value: number | null } | null>(null);
  const kept = useKept(() => {
    const given = unkept.current;
    unkept.current = null;
    if (given && given.value !== saved) onAnswer(name, given.value);
  });
  // What was kept is shown from the draft again, so that undo and another tab are seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new value of the draft takes the place of what waited
  useLayoutEffect(() => {
    unkept.current = null;
    setPending(null);
  }, [saved]);

  const set = (next: number | null) => {
    unkept.current = { value: next === null ? null : within(next, minimum, maximum) };
    setPending(unkept.current);
    kept.soon();
  };
  const leave = () => {
    kept.now();
    typed.current = '';
    setFigures(null);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.code === 'Enter' || event.code === 'NumpadEnter') return kept.now();
    const next = stepped(event);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(next);
  };
  const stepped = (event: KeyboardEvent): number | null | undefined => {
    const { code } = event;
    const digit = digitOf(event);
    if (digit !== null) {
      typed.current = withDigit(typed.current, digit, maximum);
      return Number(typed.current);
    }
    if (code === 'Backspace' || code === 'Delete') {
      typed.current = code === 'Delete' ? '' : typed.current.slice(0, -1);
      return typed.current === '' ? null : Number(typed.current);
    }
    const step = ARROWS[code];
    if (step === undefined) return undefined;
    typed.current = '';
    return shown === null ? (minimum + maximum) / 2 : shown + step;
  };
  /** A press in the middle of a slider without a knob changes nothing that the browser would tell of. */
  const onPointerUp = (event: PointerEvent<HTMLInputElement>) => {
    if (shown === null) set(event.currentTarget.valueAsNumber);
  };

  const label = fieldLabel(language, name);
  const ends = [
    message(language, `reader.ends.${name}.low`, ''),
    message(language, `reader.ends.${name}.high`, ''),
  ];
  return (
    <Question field={field} value={shown ?? undefined} asked={asked} disabled={disabled} look="amount">
      <div className="reader-amount">
        <input
          type="range"
          className={shown === null ? 'blank' : ''}
          min={minimum}
          max={maximum}
          step={1}
          value={shown ?? Math.round((minimum + maximum) / 2)}
          aria-label={label}
          aria-valuetext={shown === null ? t('reader.form.noAnswer') : String(shown)}
          onChange={(event) => {
            typed.current = '';
            set(event.target.valueAsNumber);
          }}
          onPointerUp={onPointerUp}
          onKeyDown={onKeyDown}
          onBlur={leave}
        />
        <input
          type="text"
          inputMode="numeric"
          autoComplete="off"
          size={3}
          placeholder="–"
          value={figures ?? (shown === null ? '' : String(shown))}
          aria-label={t('reader.form.inFigures', { question: label, minimum, maximum })}
          onChange={(event) => {
            setFigures(event.target.value);
            set(amountIn(event.target.value, minimum, maximum));
          }}
          onKeyDown={(event) => {
            if (event.code === 'Enter' && !event.nativeEvent.isComposing) leave();
          }}
          onBlur={leave}
        />
      </div>
      <div className="reader-ends" aria-hidden="true">
        {ends.map((end, index) => (
          <span key={end || index}>
            {[minimum, maximum][index]} {end}
          </span>
        ))}
      </div>
    </Question>
  );
}
