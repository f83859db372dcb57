import { useRef, useState } from 'react';
import { useLanguage, useT } from '../../../shared/i18n';
import { cleanText } from '../../ledger/content';
import { fieldLabel } from '../../names';
import type { QuestionProps } from './Question';
import { useKept } from './useKept';

const TEXT_LIMIT = 2000;

/** Kept while it is written, when the field is left and when the page goes away. */
export function FreeText({ field, value, asked, disabled, onAnswer }: QuestionProps) {
  const t = useT();
  const language = useLanguage();
  const { name, required } = field;
  const saved = String(value ?? '');
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? saved;
  const unkept = useRef<string | null>(null);
  const kept = useKept(() => {
    if (unkept.current === null) return;
    onAnswer(name, cleanText(unkept.current).trimEnd() || null);
    unkept.current = null;
  });
  const write = (text: string) => {
    setTyped(text);
    unkept.current = text;
    kept.soon();
  };
  const leave = () => {
    kept.now();
    setTyped(null);
  };
  return (
    <label className={`reader-text ${asked ? '' : 'unasked'}`} inert={!asked}>
      <span>
        {fieldLabel(language, name)}
        {asked && required && shown === '' && <span className="open">{t('reader.form.open')}</span>}
      </span>
      <textarea
        data-text={asked ? name : undefined}
        rows={2}
        maxLength={TEXT_LIMIT}
        value={shown}
        disabled={disabled || !asked}
        aria-required={required || undefined}
        onChange={(event) => write(event.target.value)}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.nativeEvent.isComposing) event.currentTarget.blur();
        }}
      />
    </label>
  );
}
