import { describe, expect, it } from 'vitest';
import { HELP } from '../ui/KeySheet';
import { BINDINGS, commandOf, conflicts, type Press } from './keys';

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
    const doubled = { command: 'show.text', context: 'page', code: 'Digit1' } as const;
    expect(conflicts([...BINDINGS, doubled]).length).toBe(2);
  });

  it('is explained to the reader in full', () => {
    const explained = new Set(HELP.flatMap(({ commands }) => commands));
    expect(new Set(BINDINGS.map(({ command }) => command))).toEqual(explained);
  });
});

describe('a key press', () => {
  it.each([0, 1, 2, 3, 4])('%i scores, on the row of digits and on the number pad', (digit) => {
    expect(commandOf(press(`Digit${digit}`), 'segments')).toBe(`score.${digit}`);
    expect(commandOf(press(`Numpad${digit}`), 'segments')).toBe(`score.${digit}`);
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

  it('answers a question of the form while that has the keys', () => {
    expect(commandOf(press('Digit3'), 'field')).toBe('field.3');
    expect(commandOf(press('Digit5'), 'segments')).toBeNull();
    expect(commandOf(press('ArrowDown'), 'field')).toBeNull();
  });

  it('belongs to the browser with Alt, and with Ctrl unless the table says otherwise', () => {
    expect(commandOf(press('ArrowLeft', { altKey: true }), 'segments')).toBeNull();
    expect(commandOf(press('KeyC', { ctrlKey: true }), 'segments')).toBeNull();
    expect(commandOf(press('Enter', { ctrlKey: true }), 'segments')).toBe('read.finish');
    expect(commandOf(press('Enter', { metaKey: true }), 'field')).toBe('read.finish');
  });
});
