import { beforeEach, describe, expect, it } from 'vitest';
import { Keyboard } from './keyboard';
import { BINDINGS, conflicts, type Press } from './keys';

const NONE = {
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  isComposing: false,
};
const press = (code: string, more: Partial<Press> = {}): Press => ({ code, key: code, ...NONE, ...more });

let kept: Map<string, string>;
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
const keyboard = (person = 'a-reader') => new Keyboard(person, storage);

beforeEach(() => {
  kept = new Map();
});

describe('another key for a command', () => {
  it('works at once and at the next visit, for this person only; the number pad stays', () => {
    const mine = keyboard();
    expect(mine.bind('score.2', press('KeyX'))).toBeNull();
    for (const board of [mine, keyboard()]) {
      expect(board.commandOf(press('KeyX'), 'segments')).toBe('score.2');
      expect(board.commandOf(press('Digit2'), 'segments')).toBeNull();
      expect(board.commandOf(press('Numpad2', { key: '2' }), 'segments')).toBe('score.2');
      expect(board.printed('score.2')).toBe('X');
      expect(board.snapshot().moved).toEqual(['score.2']);
    }
    expect(keyboard('another').commandOf(press('Digit2'), 'segments')).toBe('score.2');
  });

  it('is refused when it is taken where both would be heard, and allowed where they never meet', () => {
    const board = keyboard();
    expect(board.bind('score.NE', press('KeyC'))).toBe('table.next');
    expect(board.bind('score.NE', press('Escape'))).toBe('reserved');
    expect(board.bind('cine.play', press('KeyN'))).toBeNull();
    expect(board.bind('score.NE', press('KeyN'))).toBeNull();
    expect(conflicts(board.snapshot().bindings)).toEqual([]);
  });

  it('is refused when the browser keeps it for itself', () => {
    const board = keyboard();
    for (const letter of ['W', 'T', 'N', 'R', 'L']) {
      expect(board.bind('score.1', press(`Key${letter}`, { ctrlKey: true }))).toBe('reserved');
      expect(board.bind('score.1', press(`Key${letter}`, { metaKey: true, shiftKey: true }))).toBe(
        'reserved',
      );
    }
    // W of a French keyboard.
    expect(board.bind('score.1', press('KeyZ', { key: 'w', ctrlKey: true }))).toBe('reserved');
    for (const code of ['F1', 'F5', 'F11', 'F12', 'ContextMenu', 'PrintScreen']) {
      expect(board.bind('score.1', press(code))).toBe('reserved');
    }
    expect(board.bind('score.1', press('Digit1', { ctrlKey: true }))).toBe('reserved');
    expect(board.bind('score.1', press('Home', { altKey: true }))).toBe('reserved');
    expect(board.snapshot().moved).toEqual([]);
  });

  it('that the browser keeps is not taken over from an earlier visit', () => {
    kept.set('keys of a-reader', '{"strokes":{"score.1":{"code":"KeyW","ctrl":true}}}');
    expect(keyboard().snapshot().bindings).toEqual(BINDINGS);
  });

  it('is refused when it prints what another command is told by', () => {
    expect(keyboard().bind('show.text', press('BracketRight', { key: '[' }))).toBe('window.upperDown');
  });

  it('can be given with Shift, Ctrl or Alt, and taken back', () => {
    const board = keyboard();
    expect(board.bind('show.borders', press('KeyU', { ctrlKey: true, shiftKey: true }))).toBeNull();
    expect(board.printed('show.borders')).toBe('Ctrl+Shift+U');
    board.reset('show.borders');
    expect(board.snapshot()).toEqual({ bindings: BINDINGS, single: true, moved: [], named: false });
  });

  it('is told to whoever shows it', () => {
    const board = keyboard();
    let told = 0;
    board.subscribe(() => told++);
    board.bind('show.text', press('KeyX'));
    board.reset();
    expect(told).toBe(2);
  });
});

describe('single keys that are off', () => {
  it('do nothing on the page, and score while the segments have the focus', () => {
    const board = keyboard();
    board.setSingle(false);
    for (const code of ['Digit2', 'KeyZ', 'KeyC', 'BracketLeft', 'NumpadDecimal']) {
      expect(board.commandOf(press(code, { key: '[' }), 'segments')).toBeNull();
    }
    expect(board.commandOf(press('KeyA', { shiftKey: true }), 'segments')).toBeNull();
    expect(board.commandOf(press('Digit2'), 'segments', true)).toBe('score.2');
    expect(board.commandOf(press('KeyC'), 'segments', true)).toBeNull();
    expect(keyboard().snapshot().single).toBe(false);
  });

  it('leave arrows, Space and keys with Ctrl or Alt', () => {
    const board = keyboard();
    board.setSingle(false);
    expect(board.commandOf(press('ArrowRight'), 'segments')).toBe('segment.next');
    expect(board.commandOf(press('Space'), 'segments')).toBe('state.toggle');
    expect(board.commandOf(press('KeyZ', { ctrlKey: true }), 'segments')).toBe('history.undo');
    expect(board.commandOf(press('ArrowUp', { altKey: true }), 'segments')).toBe('nudge.up');
  });
});

describe('what is kept', () => {
  it('may be broken or from another version: the keys are as usual then', () => {
    for (const text of ['{', 'null', '{"strokes":{"of.the.future":{"code":"KeyX"},"score.1":7}}']) {
      kept.set('keys of a-reader', text);
      expect(keyboard().snapshot().bindings).toEqual(BINDINGS);
    }
  });

  it('says nothing of what was read', () => {
    keyboard().bind('score.2', press('KeyX'));
    expect([...kept]).toEqual([
      ['keys of a-reader', '{"single":true,"strokes":{"score.2":{"code":"KeyX"}}}'],
    ]);
  });
});

describe('the names of keys', () => {
  it('are those of the keyboard once the browser says them, and whoever shows them is told', async () => {
    const names = Promise.resolve(new Map([['KeyZ', 'y']]));
    const board = new Keyboard('a-reader', storage, names);
    let told = 0;
    board.subscribe(() => told++);
    expect([board.printed('history.undo'), board.snapshot().named]).toEqual(['Z', false]);
    await names;
    expect([board.printed('history.undo'), board.snapshot().named, told]).toEqual(['Y', true, 1]);
  });

  it('stay those of a US keyboard where the browser refuses', async () => {
    const board = new Keyboard('a-reader', storage, Promise.reject(new Error('not allowed')));
    await Promise.resolve();
    expect([board.printed('history.undo'), board.snapshot().named]).toEqual(['Z', false]);
  });
});
