import { type ReactNode, useEffect, useId, useRef } from 'react';

interface SheetProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  /** Not to be closed now. */
  held?: boolean;
  testId?: string;
  children: ReactNode;
}

/** A modal dialog of the reading page: mounted while open, closed by Escape. The element marked `data-first` has the focus. */
export function Sheet({ title, onClose, wide, held = false, testId, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  useEffect(() => {
    if (!held) return;
    // A browser closes a dialog at the second Escape, whatever the dialog says to it.
    const stay = (event: KeyboardEvent) => {
      if (event.key === 'Escape') event.preventDefault();
    };
    window.addEventListener('keydown', stay, true);
    return () => window.removeEventListener('keydown', stay, true);
  }, [held]);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'reader-sheet wide' : 'reader-sheet'}
      aria-labelledby={id}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        if (!held) onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
