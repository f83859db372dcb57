/** Whole numbers as they are typed: on any keyboard, with an input method on, digit by digit. */
import { placeOf } from '../../session/keys';

/** The digit of a key, told by its place: an input method reports the key itself as "Process". Not without Num Lock. */
export function digitOf(press: Parameters<typeof placeOf>[0]): number | null {
  const found = /^(?:Digit|Numpad)([0-9])$/.exec(placeOf(press) ?? '');
  return found ? Number(found[1]) : null;
}

/** What stands there after one more digit; a digit that would lead beyond the maximum begins a new number. */
export function withDigit(typed: string, digit: number, maximum: number): string {
  const longer = `${typed === '0' ? '' : typed}${digit}`;
  return Number(longer) <= maximum ? longer : String(digit);
}

/** A number within its limits, or null when the text has no digit. Full-width digits count. */
export function amountIn(text: string, minimum: number, maximum: number): number | null {
  const digits = text.normalize('NFKC').replace(/\D/g, '');
  return digits === '' ? null : within(Number(digits), minimum, maximum);
}

export function within(value: number, minimum: number, maximum: number): number {
  return Math.min(Math.max(Math.round(value), minimum), maximum);
}
