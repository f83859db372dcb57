import { type KeyboardEvent, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Field } from '../../shared/ui';
import { fault } from './references';

interface Props {
  label: string;
  hint: string;
  longest: number;
  stored: string;
  /** The names of its kind beside this one. */
  others: readonly string[];
  disabled: boolean;
  /** Called once, with a name that can be told from the others. */
  onRename: (name: string) => void;
}

/** A name by which other parts of the charter refer to something: it is changed when the field is left, not before. */
export function NameField({ label, hint, longest, stored, others, disabled, onRename }: Props) {
  const t = useT();
  const [typing, setTyping] = useState<{ of: string; text: string; isLeft: boolean } | null>(null);
  // What is typed belongs to the name it began with: that may have been taken back, or moved, meanwhile.
  const now = typing?.of === stored ? typing : null;
  const leave = () => {
    if (!now) return;
    const name = now.text.trim();
    if (name !== stored && fault(name, others)) return setTyping({ ...now, isLeft: true });
    setTyping(null);
    if (name !== stored) onRename(name);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!now || event.nativeEvent.isComposing) return; // Enter then takes a word of Japanese
    if (event.key === 'Enter') leave();
    const takesBack = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey);
    if (event.key !== 'Escape' && !takesBack) return;
    event.preventDefault();
    event.stopPropagation();
    setTyping(null);
  };
  const name = now?.text.trim() ?? stored;
  const wrong = now?.isLeft ? fault(name, others) : null;
  return (
    <Field label={label} hint={hint} wrong={wrong && t(`charter.name.${wrong}`, { name })}>
      <input
        value={now?.text ?? stored}
        maxLength={longest}
        disabled={disabled}
        onChange={({ target }) => setTyping({ of: stored, text: target.value, isLeft: false })}
        onBlur={leave}
        onKeyDown={onKey}
      />
    </Field>
  );
}
