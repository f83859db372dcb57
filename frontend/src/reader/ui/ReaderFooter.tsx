import type { MouseEvent, ReactNode } from 'react';
import { useT } from '../../shared/i18n';
import type { Command } from '../session/keys';
import type { Snapshot } from '../session/reading';

interface ReaderFooterProps {
  snapshot: Snapshot;
  done: number;
  total: number;
  /** A question of the form has the keys. */
  inField: boolean;
  onCommand: (command: Command) => void;
}

export function ReaderFooter({ snapshot, done, total, inField, onCommand }: ReaderFooterProps) {
  const t = useT();
  const { view, canUndo, canRedo } = snapshot;
  const tool = (command: Command, keys: string, name: string, more: Partial<ToolProps> = {}) => (
    <Tool keys={keys} onClick={() => onCommand(command)} {...more}>
      {name}
    </Tool>
  );
  return (
    <footer className="reader-footer">
      {inField ? (
        <span className="hint">
          <kbd>1</kbd>–<kbd>5</kbd> {t('reader.hint.answer')} <kbd>Esc</kbd> {t('reader.hint.leave')}
        </span>
      ) : (
        <span className="hint">
          <kbd>0</kbd>–<kbd>4</kbd> {t('reader.hint.score')} <kbd>N</kbd> {t('reader.score.NE')}{' '}
          <kbd>Space</kbd> {t('reader.hint.state')} <kbd>←</kbd> <kbd>→</kbd> {t('reader.hint.segment')}
        </span>
      )}
      <span className="space" />
      {tool('history.undo', 'Z', t('reader.command.undo'), { disabled: !canUndo })}
      {tool('history.redo', '⇧Z', t('reader.command.redo'), { disabled: !canRedo })}
      {tool('score.allNormal', '⇧A', t('reader.command.allNormal'))}
      {tool('window.reset', 'W', t('reader.command.window'), { spare: true })}
      {tool('window.link', 'L', t('reader.command.link'), { pressed: view.linked })}
      {tool('show.borders', 'O', t('reader.command.borders'), { pressed: view.borders })}
      {tool('show.text', 'H', t('reader.command.text'), { pressed: view.text })}
      {tool('show.fullScreen', 'F', t('reader.command.fullScreen'), { spare: true })}
      {tool('show.keys', '?', t('reader.command.keys'))}
      <span className={done === total ? 'count done' : 'count'}>{t('reader.progress', { done, total })}</span>
      <Tool keys="Ctrl ⏎" primary onClick={() => onCommand('read.finish')}>
        {t('reader.command.finish')}
      </Tool>
    </footer>
  );
}

interface ToolProps {
  keys: string;
  pressed?: boolean;
  disabled?: boolean;
  primary?: boolean;
  /** Gives way where the window is narrow; its key stays. */
  spare?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ keys, pressed, disabled, primary, spare, onClick, children }: ToolProps) {
  // A click must not take the focus: the scoring keys go on working.
  const keepFocus = (event: MouseEvent) => event.preventDefault();
  return (
    <button
      type="button"
      className={`tool ${primary ? 'primary' : ''} ${spare ? 'spare' : ''}`}
      aria-pressed={pressed}
      disabled={disabled}
      onMouseDown={keepFocus}
      onClick={onClick}
    >
      {children} <kbd aria-hidden="true">{keys}</kbd>
    </button>
  );
}
