import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useT } from '../i18n';
import { Button } from './basic';

interface DialogProps {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  blocked?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** A modal question with one answer and a way out. Mounted while open; the browser keeps the focus inside. */
export function Dialog({ title, children, confirm, danger, busy, blocked, onConfirm, onClose }: DialogProps) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm();
  };

  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
    >
      <form onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        <div className="actions end">
          <Button onClick={onClose} disabled={busy}>
            {t('ui.cancel')}
          </Button>
          <Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy} disabled={blocked}>
            {confirm}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
