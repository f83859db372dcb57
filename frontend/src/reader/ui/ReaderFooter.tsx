import { type MouseEvent, memo, type ReactNode, useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { Cine } from '../api';
import { markName } from '../names';
import type { Command } from '../session/keys';
import type { Focus, Snapshot } from '../session/reading';
import { useKeyboard, useKeyTable } from '../session/useKeys';

interface ReaderFooterProps {
  snapshot: Snapshot;
  done: number;
  total: number;
  /** More than one state: the keys that go between them are named. */
  several: boolean;
  cines: readonly Cine[];
  /** The organ has polar maps with segments. */
  mapped: boolean;
  /** Pictures whose contour can be shown. */
  contoured: boolean;
  /** A question of the form has the keys. */
  inField: boolean;
  /** Something to be told for a moment, over the keys. */
  said: ReactNode;
  onCommand: (command: Command) => void;
}

export const ReaderFooter = memo(function ReaderFooter(props: ReaderFooterProps) {
  const { snapshot, done, total, several, cines, mapped, contoured, inField, said, onCommand } = props;
  const t = useT();
  const { view, canUndo, canRedo, writable } = snapshot;
  // Drawn again when somebody gives a command another key.
  useKeyTable();
  const keyboard = useKeyboard();
  const printed = (command: Command) => short(keyboard.printed(command));
  const tool = (command: Command, name: string, more: Partial<ToolProps> = {}) => (
    <Tool keys={printed(command)} onClick={() => onCommand(command)} {...more}>
      {name}
    </Tool>
  );
  /** Named by what it does; what is written on it is its key. */
  const byKey = (command: Command, name: string, disabled?: boolean) => (
    <button
      key={command}
      type="button"
      className="tool"
      title={name}
      disabled={disabled}
      onMouseDown={keepFocus}
      onClick={() => onCommand(command)}
    >
      <kbd aria-hidden="true">{printed(command)}</kbd>
      <span className="visually-hidden">{name}</span>
    </button>
  );
  const hint = (name: string, ...keys: string[]) => (
    <span>
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}{' '}
      {name}
    </span>
  );
  const has = (kind: Cine['kind']) => cines.some((cine) => cine.kind === kind);
  return (
    <footer className="reader-footer">
      {!inField && (
        <span className="scoring">
          {MARKS.map((mark) => byKey(`score.${mark}`, markName(t, mark), !writable))}
          {several && byKey('state.toggle', t('reader.hint.state'))}
        </span>
      )}
      <span className="hint">
        {said}
        {inField ? (
          <>
            {hint(t('reader.hint.next'), '⏎')}
            {hint(t('reader.hint.leave'), 'Esc')}
          </>
        ) : (
          hint(t('reader.hint.segment'), '←', '→')
        )}
      </span>
      {tool('history.undo', t('reader.command.undo'), { disabled: !canUndo })}
      {tool('history.redo', t('reader.command.redo'), { disabled: !canRedo })}
      {tool('score.allNormal', t('reader.command.allNormal'))}
      <span className="divider" />
      {has('gated') && tool('show.cine', t('reader.command.cine'))}
      {has('projections') && tool('show.projections', t('reader.command.projections'))}
      {tool('show.lightbox', t('reader.command.lightbox'), { spare: 'first' })}
      {tool('window.reset', t('reader.command.window'), { spare: 'first' })}
      {several && tool('window.link', t('reader.command.link'), { pressed: view.linked })}
      {mapped && tool('show.borders', t('reader.command.borders'), { pressed: view.borders })}
      {contoured && tool('show.contour', t('reader.command.contour'), { pressed: view.contour })}
      {tool('show.interpolation', t('reader.command.interpolation'), {
        pressed: view.interpolate,
        spare: 'second',
      })}
      {tool('show.text', t('reader.command.text'), { pressed: view.text })}
      {tool('show.fullScreen', t('reader.command.fullScreen'), { spare: 'second' })}
      {tool('show.keys', t('reader.command.keys'))}
      <span className={done === total ? 'count done' : 'count'}>{t('reader.progress', { done, total })}</span>
      <Finish keys={printed('read.finish')} focus={snapshot.focus} onClick={() => onCommand('read.finish')} />
    </footer>
  );
});

/** Signs in place of words: the row is full. */
function short(keys: string): string {
  return keys.replace('Shift+', '⇧').replace('Ctrl+', 'Ctrl ').replace('Enter', '⏎');
}

/** What can be said of a segment, by whoever has no keyboard at hand. */
const MARKS = [0, 1, 2, 3, 4, 'NE'] as const;

interface ToolProps {
  keys: string;
  pressed?: boolean;
  disabled?: boolean;
  /** Gives way where the window is narrow, the first ones first; its key stays. */
  spare?: 'first' | 'second';
  onClick: () => void;
  children: ReactNode;
}

// A click must not take the focus: the scoring keys go on working.
const keepFocus = (event: MouseEvent) => event.preventDefault();

function Tool({ keys, pressed, disabled, spare, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      className={`tool ${spare ? `spare ${spare}` : ''}`}
      aria-pressed={pressed}
      disabled={disabled}
      onMouseDown={keepFocus}
      onClick={onClick}
    >
      {children} <kbd aria-hidden="true">{keys}</kbd>
    </button>
  );
}

interface FinishProps {
  keys: string;
  focus: Focus;
  onClick: () => void;
}

/** Everything else may be a part of a password. */
const ON_FINISH = /^( |Tab|Enter|Arrow\w+)$/;

/** The last Enter of a read leads here. What is typed then is no score; who goes to a segment, or back by Escape, can score again. */
function Finish({ keys, focus, onClick }: FinishProps) {
  const t = useT();
  const button = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another segment has the focus
  useEffect(() => button.current?.blur(), [focus]);
  return (
    <button
      ref={button}
      type="button"
      className="tool primary"
      data-finish
      onMouseDown={keepFocus}
      onKeyDown={(event) => {
        const { key, ctrlKey, metaKey, altKey } = event;
        if (key === 'Escape') button.current?.blur();
        if (!ON_FINISH.test(key) && !ctrlKey && !metaKey && !altKey) event.stopPropagation();
      }}
      onClick={onClick}
    >
      {t('reader.command.finish')} <kbd aria-hidden="true">{keys}</kbd>
    </button>
  );
}
