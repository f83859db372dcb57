import { type ReactNode, useEffect, useId, useRef } from 'react';

interface SheetProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  testId?: string;
  children: ReactNode;
}

/** A modal dialog of the reading page: mounted while open, closed by Escape. The element marked `data-first` has the focus. */
export function Sheet({ title, onClose, wide, testId, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'reader-sheet wide' : 'reader-sheet'}
      aria-labelledby={id}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
