import { type MessageKey, useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { BINDINGS, type Command } from '../session/keys';
import { Sheet } from './Sheet';

type HelpKey = Extract<MessageKey, `reader.key.${string}`>;

/** Every command stands in one of these lines; the test makes sure of it. */
export const HELP: readonly { text: HelpKey; commands: readonly Command[] }[] = [
  { text: 'reader.key.score', commands: ['score.0', 'score.1', 'score.2', 'score.3', 'score.4'] },
  { text: 'reader.key.notEvaluable', commands: ['score.NE'] },
  { text: 'reader.key.clear', commands: ['score.clear'] },
  { text: 'reader.key.segment', commands: ['segment.previous', 'segment.next'] },
  { text: 'reader.key.across', commands: ['segment.outward', 'segment.inward'] },
  { text: 'reader.key.state', commands: ['state.toggle'] },
  { text: 'reader.key.allNormal', commands: ['score.allNormal'] },
  { text: 'reader.key.undo', commands: ['history.undo', 'history.redo'] },
  { text: 'reader.key.field', commands: ['field.next'] },
  { text: 'reader.key.answer', commands: ['field.1', 'field.2', 'field.3', 'field.4', 'field.5'] },
  { text: 'reader.key.leave', commands: ['field.leave'] },
  { text: 'reader.key.comment', commands: ['field.comment'] },
  { text: 'reader.key.finish', commands: ['read.finish'] },
  { text: 'reader.key.table', commands: ['table.next', 'table.previous'] },
  { text: 'reader.key.peek', commands: ['table.peek'] },
  { text: 'reader.key.upper', commands: ['window.upperDown', 'window.upperUp'] },
  { text: 'reader.key.lower', commands: ['window.lowerDown', 'window.lowerUp'] },
  { text: 'reader.key.window', commands: ['window.reset'] },
  { text: 'reader.key.link', commands: ['window.link'] },
  { text: 'reader.key.slices', commands: ['slices.back', 'slices.forward'] },
  { text: 'reader.key.rest', commands: ['rest.back', 'rest.forward'] },
  { text: 'reader.key.align', commands: ['slices.reset'] },
  { text: 'reader.key.borders', commands: ['show.borders'] },
  { text: 'reader.key.text', commands: ['show.text'] },
  { text: 'reader.key.fullScreen', commands: ['show.fullScreen'] },
  { text: 'reader.key.keys', commands: ['show.keys'] },
];

// biome-ignore format: a table
const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  BracketLeft: '[',
  BracketRight: ']',
  Slash: '/',
};

/** The first key of a command as it is printed; its twins (number pad, Ctrl+Z) are not listed. */
function printed(command: Command): string {
  const binding = BINDINGS.find((candidate) => candidate.command === command);
  if (!binding) return '';
  const { code, prints, shift, ctrl } = binding;
  if (prints === '?') return prints;
  const key = SIGNS[code] ?? code.replace(/^(Key|Digit)/, '');
  return `${ctrl ? 'Ctrl+' : ''}${shift ? 'Shift+' : ''}${key}`;
}

export function KeySheet({ onClose }: { onClose: () => void }) {
  const t = useT();
  return (
    <Sheet title={t('reader.keys.title')} onClose={onClose} wide>
      <dl className="reader-keys">
        {HELP.map(({ text, commands }) => (
          <div key={text}>
            <dt>
              {commands.map(printed).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <div className="actions end">
        <Button look="primary" onClick={onClose} data-first>
          {t('reader.close')}
        </Button>
      </div>
    </Sheet>
  );
}
