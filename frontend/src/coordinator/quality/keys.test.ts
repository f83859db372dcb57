// @vitest-environment jsdom
import { afterEach, describe, expect, it } from 'vitest';
import { isOfPage, nameOf } from './keys';

afterEach(() => document.body.replaceChildren());

const key = (more: Partial<KeyboardEvent>) => ({ key: '', code: '', shiftKey: false, ...more });

describe('the keys of the quality control', () => {
  it('are digits by their place, whatever Shift makes of them', () => {
    expect(nameOf(key({ key: '1', code: 'Digit1' }))).toBe('1');
    expect(nameOf(key({ key: '"', code: 'Digit2', shiftKey: true }))).toBe('Shift+2');
    expect(nameOf(key({ key: '4', code: 'Numpad4' }))).toBe('4');
    expect(nameOf(key({ key: 'a', code: 'KeyA' }))).toBe('A');
    expect(nameOf(key({ key: 'ArrowLeft', code: 'ArrowLeft' }))).toBe('ArrowLeft');
  });

  it('do nothing while somebody types, in a dialog, or with another key', () => {
    const heard: boolean[] = [];
    window.addEventListener('keydown', (event) => heard.push(isOfPage(event)));
    const press = (on: Element, more: KeyboardEventInit = {}) =>
      on.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, ...more }));
    document.body.innerHTML = '<textarea></textarea><input type="checkbox"><input type="date">';
    const [text, tick, day] = [...document.body.children] as [Element, Element, Element];
    press(document.body);
    press(tick);
    press(text);
    press(day);
    press(document.body, { ctrlKey: true });
    press(document.body, { repeat: true });
    const dialog = document.createElement('dialog');
    dialog.setAttribute('open', '');
    document.body.append(dialog);
    press(document.body);
    expect(heard).toEqual([true, true, false, false, false, false, false]);
  });
});
