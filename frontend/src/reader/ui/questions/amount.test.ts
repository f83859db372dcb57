import { expect, test } from 'vitest';
import { amountIn, digitOf, withDigit } from './amount';

const press = (code: string, key = 'Process') => ({ code, key, ctrlKey: false, metaKey: false });

test('a digit is told by its place, on the number pad too, but not where that is an arrow', () => {
  const digits = ['Digit7', 'Numpad0', 'KeyQ', 'F5', 'Digit10'].map((code) => digitOf(press(code)));
  expect(digits).toEqual([7, 0, null, null, null]);
  expect(digitOf(press('Numpad4', '4'))).toBe(4);
  expect(digitOf(press('Numpad4', 'ArrowLeft'))).toBeNull();
});

test('digits follow one another until the maximum; then a new number begins', () => {
  const type = (...digits: number[]) => digits.reduce((typed, digit) => withDigit(typed, digit, 100), '');
  expect(type(8)).toBe('8');
  expect(type(8, 5)).toBe('85');
  expect(type(1, 0, 0)).toBe('100');
  expect(type(8, 5, 3)).toBe('3');
  expect(type(0, 7)).toBe('7');
});

test('full-width digits of an input method are digits, and limits hold', () => {
  expect(amountIn('８０', 0, 100)).toBe(80);
  expect(amountIn('140', 0, 100)).toBe(100);
  expect(amountIn('2', 5, 100)).toBe(5);
  expect(amountIn(' %', 0, 100)).toBeNull();
});
