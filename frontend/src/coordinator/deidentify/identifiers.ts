/** Numbers that could name a person, and the forms in which they hide: as `reader_study/intake/identifiers.py`. */

const SIGNIFICANT = 6; // digits

/** Whether an identifier is the patient's own, not that of an order or an examination. */
export function isPersonal(tag: number): boolean {
  return tag >>> 16 === 0x0010;
}

/**
 * The forms of an identifier as a number, as doubles and singles; `pointed`: also those with a decimal point between its
 * digits. A number that is mostly zeros has none with a point: 100000 would be every 1.00000.
 */
export function asNumbers(number: number, pointed: boolean): number[] {
  const digits = BigInt(number).toString();
  const forms = [number];
  if (pointed && digits.replace(/0+$/, '').length >= SIGNIFICANT)
    for (let places = 1; places <= digits.length; places += 1) forms.push(number / 10 ** places);
  return [...new Set(forms.flatMap((form) => [form, Math.fround(form)]))];
}
