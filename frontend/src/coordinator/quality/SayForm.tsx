import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Button, Failure, Field } from '../../shared/ui';

const LONGEST = 1000;

interface Props {
  label: string;
  send: string;
  busy: boolean;
  error: unknown;
  /** Whether something has to be said. */
  required?: boolean;
  children?: ReactNode;
  onSend: (text: string) => void;
  onCancel?: () => void;
}

/** Some sentences to a site or to the quality control. Ctrl and Enter send them. */
export function SayForm({ label, send, busy, error, required = true, children, onSend, onCancel }: Props) {
  const t = useT();
  const [text, setText] = useState('');
  const blocked = required && !text.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked && !busy) onSend(text.trim());
  };
  return (
    <form className="say-form" onSubmit={submit}>
      {children}
      <Field label={label} hint={t('query.noNames')}>
        <textarea
          value={text}
          maxLength={LONGEST}
          required={required}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={sendsByKey}
        />
      </Field>
      {error !== null && <Failure error={error} />}
      <div className="actions">
        <Button type="submit" look="primary" busy={busy} disabled={blocked}>
          {send}
        </Button>
        {onCancel && (
          <Button onClick={onCancel} disabled={busy}>
            {t('ui.cancel')}
          </Button>
        )}
      </div>
    </form>
  );
}

export function sendsByKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
}
