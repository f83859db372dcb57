import { describe, expect, it } from 'vitest';
import { READ } from '../ledger/forms.testing';
import { HELP, isOffered } from './help';
import { BINDINGS, commandOf, conflicts, type Press, printed, strokeOf } from './keys';
import { firstView } from './view';

function press(code: string, more: Partial<Press> = {}): Press {
  const none = {
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    repeat: false,
    isComposing: false,
  };
  return { code, key: code, ...none, ...more };
}

describe('the key table', () => {
  it('has no key with two commands', () => {
    expect(conflicts(BINDINGS)).toEqual([]);
  });

  it('would notice one', () => {
    const doubled = { command: 'show.text', holds: 'page', code: 'Digit1' } as const;
    expect(conflicts([...BINDINGS, doubled]).length).toBe(1);
  });

  it('is explained to the reader in full', () => {
    const explained = new Set(HELP.flatMap(({ commands }) => commands));
    expect(new Set(BINDINGS.map(({ command }) => command))).toEqual(explained);
  });
});

describe('the name of a key', () => {
  const german = new Map([
    ['KeyY', 'z'],
    ['KeyZ', 'y'],
    ['Semicolon', 'ö'],
  ]);

  it('is what this keyboard prints there, where the browser says so', () => {
    expect(printed({ code: 'KeyZ', shift: true }, german)).toBe('Shift+Y');
    expect(printed({ code: 'Semicolon' }, german)).toBe('Ö');
    expect(printed({ code: 'KeyZ', shift: true }, null)).toBe('Shift+Z');
    expect(printed({ code: 'Semicolon' })).toBe(';');
  });

  it('is that of the letter where the letter counts, and of the sign where the sign does', () => {
    expect(printed({ code: 'KeyZ', ctrl: true }, german)).toBe('Ctrl+Z');
    expect(printed({ code: 'BracketLeft', prints: '[' }, new Map([['BracketLeft', 'ü']]))).toBe('[');
    expect(printed({ code: 'Digit1' }, new Map([['Digit1', '&']]))).toBe('1');
  });
});

describe('what is offered', () => {
  const view = firstView(READ);
  const commands = HELP.flatMap((line) => line.commands);
  const missing = (read: typeof READ, shown = view) =>
    commands.filter((command) => !isOffered(command, read, shown));

  it('is no glance at gray where the study does not allow gray', () => {
    expect(missing(READ)).not.toContain('table.peek');
    expect(missing(READ, { ...view, tables: ['cool'] })).toContain('table.peek');
  });

  it('is nothing between two states where there is one', () => {
    const brain = { ...READ, form: { ...READ.form, states: ['perfusion'] } };
    expect(missing(brain)).toEqual(expect.arrayContaining(['state.toggle', 'rest.back', 'window.link']));
    expect(missing(brain)).not.toContain('score.0');
  });
});

describe('a key press', () => {
  it.each([0, 1, 2, 3, 4])('%i scores, on the row of digits and on the number pad', (digit) => {
    expect(commandOf(press(`Digit${digit}`), 'segments')).toBe(`score.${digit}`);
    expect(commandOf(press(`Numpad${digit}`, { key: String(digit) }), 'segments')).toBe(`score.${digit}`);
  });

  it('on the number pad scores only where it prints a figure: without Num Lock it is an arrow', () => {
    for (const [code, key] of [
      ['Numpad4', 'ArrowLeft'],
      ['Numpad1', 'End'],
      ['Numpad0', 'Insert'],
      ['NumpadDecimal', 'Delete'],
    ] as const) {
      expect(commandOf(press(code, { key }), 'segments')).toBeNull();
    }
    for (const key of ['.', ',', 'Process']) {
      expect(commandOf(press('NumpadDecimal', { key }), 'segments')).toBe('score.NE');
    }
    expect(commandOf(press('Numpad2', { key: 'Unidentified' }), 'segments')).toBe('score.2');
    expect(commandOf(press('NumpadEnter', { key: 'Enter', ctrlKey: true }), 'segments')).toBe('read.finish');
  });

  it('with Ctrl is told by its letter, wherever the keyboard has it', () => {
    const ctrl = { ctrlKey: true };
    expect(commandOf(press('KeyY', { key: 'z', ...ctrl }), 'segments')).toBe('history.undo');
    expect(commandOf(press('KeyZ', { key: 'y', ...ctrl }), 'segments')).toBe('history.redo');
    expect(commandOf(press('KeyY', { key: 'Z', shiftKey: true, ...ctrl }), 'segments')).toBe('history.redo');
    expect(commandOf(press('KeyZ', { key: 'я', ...ctrl }), 'segments')).toBe('history.undo');
    expect(commandOf(press('KeyZ', { key: 'Process', ...ctrl }), 'segments')).toBe('history.undo');
    expect(strokeOf(press('KeyY', { key: 'z', ...ctrl }))).toEqual({ code: 'KeyZ', ctrl: true });
  });

  it('scores with a Japanese input method on, which reports every key as Process', () => {
    expect(commandOf(press('Digit2', { key: 'Process' }), 'segments')).toBe('score.2');
    expect(commandOf(press('KeyZ', { key: 'Process', shiftKey: true }), 'segments')).toBe('history.redo');
  });

  it('is left to the input method while it composes', () => {
    expect(commandOf(press('Digit2', { key: 'Process', isComposing: true }), 'segments')).toBeNull();
  });

  it('finds the brackets where a Japanese keyboard has them', () => {
    expect(commandOf(press('BracketRight', { key: '[' }), 'segments')).toBe('window.upperDown');
    expect(commandOf(press('Backslash', { key: ']' }), 'segments')).toBe('window.upperUp');
    expect(commandOf(press('BracketLeft', { key: '@' }), 'segments')).toBeNull();
    expect(commandOf(press('BracketLeft', { key: '[' }), 'segments')).toBe('window.upperDown');
    expect(commandOf(press('BracketLeft', { key: '{', shiftKey: true }), 'segments')).toBe(
      'window.lowerDown',
    );
  });

  it('that is held scores once, but moves on and on', () => {
    expect(commandOf(press('Digit2', { repeat: true }), 'segments')).toBeNull();
    expect(commandOf(press('ArrowRight', { repeat: true }), 'segments')).toBe('segment.next');
  });

  it('is another one while a question of the form, an enlarged slice or a cine has the keys', () => {
    expect(commandOf(press('Digit3'), 'field')).toBeNull();
    expect(commandOf(press('Digit5'), 'segments')).toBeNull();
    expect(commandOf(press('ArrowDown'), 'field')).toBeNull();
    expect(commandOf(press('Escape'), 'field')).toBe('field.leave');
    expect(commandOf(press('ArrowDown'), 'lightbox')).toBe('lightbox.forward');
    expect(commandOf(press('Comma'), 'cine')).toBe('cine.back');
    expect(commandOf(press('Space'), 'cine')).toBe('cine.play');
    expect(commandOf(press('Digit2'), 'cine')).toBeNull();
    expect(commandOf(press('KeyC'), 'lightbox')).toBe('table.next');
  });

  it('belongs to the browser with Alt or Ctrl unless the table says otherwise', () => {
    expect(commandOf(press('KeyN', { altKey: true }), 'segments')).toBeNull();
    expect(commandOf(press('ArrowLeft', { altKey: true, repeat: true }), 'segments')).toBe('nudge.left');
    expect(commandOf(press('KeyC', { ctrlKey: true }), 'segments')).toBeNull();
    expect(commandOf(press('Enter', { ctrlKey: true }), 'segments')).toBe('read.finish');
    expect(commandOf(press('Enter', { metaKey: true }), 'field')).toBe('read.finish');
  });

  it('finds a bracket that is printed with AltGr', () => {
    const altGr = { key: '[', ctrlKey: true, altKey: true };
    expect(commandOf(press('Digit8', altGr), 'segments')).toBe('window.upperDown');
  });
});
