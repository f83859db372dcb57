/** All keys by subject. A key can be given to something else; those of a single letter or digit can be switched off. */
import { type KeyboardEvent, useState } from 'react';
import { type MessageKey, type T, useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import type { Read } from '../api';
import { HELP, isOffered } from '../session/help';
import type { Keyboard } from '../session/keyboard';
import { type Command, strokeOf } from '../session/keys';
import { useKeyboard, useKeyTable } from '../session/useKeys';
import type { View } from '../session/view';
import '../style/keys.css';
import { Sheet } from './Sheet';

type Subject = 'scoring' | 'questions' | 'looks' | 'slices' | 'enlarged' | 'page';
type SubjectKey = Extract<MessageKey, `reader.keys.subject.${string}`>;

const SUBJECTS: readonly { subject: Subject; of: RegExp }[] = [
  { subject: 'scoring', of: /^(score|segment|state|history)\./ },
  { subject: 'questions', of: /^(field|read)\./ },
  { subject: 'looks', of: /^(table|window|show\.(text|borders|contour|interpolation))/ },
  { subject: 'slices', of: /^(slices|rest|nudge|layout|set)\./ },
  { subject: 'enlarged', of: /^(show\.(lightbox|cine|projections)|lightbox|cine|picture)/ },
  { subject: 'page', of: /^show\.(fullScreen|keys)/ },
];

const MODIFIER = /^(Shift|Control|Alt|Meta)/;

interface KeySheetProps {
  read: Read;
  view: View;
  onClose: () => void;
}

export function KeySheet({ read, view, onClose }: KeySheetProps) {
  const t = useT();
  const keyboard = useKeyboard();
  const { single, moved, named } = useKeyTable();
  const [changing, setChanging] = useState<Command | null>(null);
  const [said, setSaid] = useState('');
  const lines = HELP.filter(({ commands }) => commands.every((command) => isOffered(command, read, view)));

  /** While a key is being changed, the next one pressed is the new one. */
  const onKeyDown = (event: KeyboardEvent) => {
    if (!changing || MODIFIER.test(event.code) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    setChanging(null);
    setSaid(event.code === 'Escape' ? '' : bound(t, keyboard, changing, event.nativeEvent));
  };
  const reset = () => {
    keyboard.reset();
    setSaid(t('reader.keys.allUsual'));
  };
  const change = (command: Command) => {
    setChanging(command);
    setSaid(t('reader.keys.press', { key: keyboard.printed(command) }));
  };
  return (
    <Sheet title={t('reader.keys.title')} onClose={onClose} wide testId="key-sheet">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys inside have the focus; the new one arrives here */}
      <div className="reader-keys" onKeyDown={onKeyDown}>
        {SUBJECTS.map(({ subject, of }) => (
          <section key={subject}>
            <h3>{t(`reader.keys.subject.${subject}` as SubjectKey)}</h3>
            <dl>
              {lines
                .filter(({ commands }) => commands.some((command) => of.test(command)))
                .map((line) => (
                  <div key={line.text}>
                    <dt>
                      {line.commands.map((command, index) => (
                        <KeyButton
                          key={command}
                          name={keyboard.printed(command)}
                          label={`${t(line.text)}${line.commands.length > 1 ? ` (${index + 1}/${line.commands.length})` : ''}`}
                          moved={moved.includes(command)}
                          changing={changing === command}
                          onChange={() => change(command)}
                        />
                      ))}
                    </dt>
                    <dd>{t(line.text)}</dd>
                  </div>
                ))}
              {subject === 'questions' && (
                <div>
                  <dt>
                    <kbd>0–9</kbd> <kbd>Enter</kbd>
                  </dt>
                  <dd>{t('reader.keys.inQuestion')}</dd>
                </div>
              )}
            </dl>
            {subject === 'looks' && <p className="dim">{t('reader.begins')}</p>}
          </section>
        ))}
      </div>
      <p className="reader-keys-said" role="status">
        {said || `${t('reader.keys.how')}${named ? '' : ` ${t('reader.keys.places')}`}`}
      </p>
      <div className="actions end">
        <label className="reader-keys-single">
          <input
            type="checkbox"
            checked={single}
            onChange={(event) => keyboard.setSingle(event.target.checked)}
          />
          <span>{t('reader.keys.single')}</span>
        </label>
        <Button onClick={reset} disabled={moved.length === 0}>
          {t('reader.keys.reset')}
        </Button>
        <Button look="primary" onClick={onClose} data-first>
          {t('reader.close')}
        </Button>
      </div>
    </Sheet>
  );
}

interface KeyButtonProps {
  name: string;
  label: string;
  moved: boolean;
  changing: boolean;
  onChange: () => void;
}

function KeyButton({ name, label, moved, changing, onChange }: KeyButtonProps) {
  const t = useT();
  return (
    <button
      type="button"
      className={moved ? 'moved' : ''}
      aria-pressed={changing}
      aria-label={t('reader.keys.change', { key: name, command: label })}
      title={t('reader.keys.changeTitle')}
      onClick={onChange}
    >
      <kbd>{changing ? '…' : name}</kbd>
    </button>
  );
}

/** Give a command its new key, and say in one sentence what came of it. */
function bound(t: T, keyboard: Keyboard, command: Command, press: globalThis.KeyboardEvent): string {
  const key = keyboard.nameOf(strokeOf(press));
  const taken = keyboard.bind(command, press);
  if (taken === 'reserved') return t('reader.keys.reserved', { key });
  if (taken) return t('reader.keys.taken', { key, command: meaning(t, taken) });
  return t('reader.keys.changed', { key, command: meaning(t, command) });
}

function meaning(t: T, command: Command): string {
  const line = HELP.find(({ commands }) => commands.includes(command));
  return line ? t(line.text) : command;
}
