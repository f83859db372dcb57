import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useT } from '../../shared/i18n';
import type { Command } from '../session/keys';
import { KeysHeld } from '../session/keysHeld';
import { useKeyboard } from '../session/useKeys';

interface PictureDialogProps {
  title: string;
  testId: string;
  onClose: () => void;
  /** Which keys hold here. */
  context: 'lightbox' | 'cine';
  onCommand: (command: Command) => void;
  /** The key of a command is let go, the window or the dialog is left. */
  onRelease?: (command: Command) => void;
  /** Keys that are no commands; true when it was one. */
  onKey?: (event: KeyboardEvent) => boolean;
  /** What stands beside the title: choices and buttons. */
  tools?: ReactNode;
  children: ReactNode;
}

const ARROWS = /^(Arrow|Home|End|Page|Space|Enter)/;

/** A modal dialog of pictures over the page. Escape closes it and gives the focus back. */
export function PictureDialog(props: PictureDialogProps) {
  const { title, testId, context, onClose, onCommand, onRelease, onKey, tools, children } = props;
  const keyboard = useKeyboard();
  const t = useT();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const release = useRef(onRelease);
  release.current = onRelease;
  const [held] = useState(() => new KeysHeld((command) => release.current?.(command)));
  useEffect(() => held.listen(), [held]);
  // Before anything is painted: one dialog takes the place of another without the page showing through.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="reader-pictures"
      aria-labelledby={id}
      data-testid={testId}
      tabIndex={-1}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        const { target } = event;
        const typing = target instanceof HTMLElement && target.matches('select, input');
        // A choice and a slider need the arrows themselves; a button needs its own Space and Enter.
        if (typing && ARROWS.test(event.code)) return;
        if (target instanceof HTMLButtonElement && ['Space', 'Enter'].includes(event.code)) return;
        const command = keyboard.commandOf(event.nativeEvent, context);
        if (command === 'picture.close') onClose();
        else if (command) {
          held.press(event.code, command);
          onCommand(command);
        } else if (!onKey?.(event)) return;
        event.preventDefault();
      }}
    >
      <div className="reader-pictures-head">
        <h2 id={id}>{title}</h2>
        {tools}
        <span className="space" />
        <button type="button" className="tool" onClick={onClose}>
          {t('reader.close')} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      {children}
    </dialog>
  );
}
