/** What the old file says that could name a person, and whether some of it stands somewhere. */

import { foundAmong } from './chance';
import { asNumbers, isPersonal } from './identifiers';
import { isSought, lower, needlesOf, SHORTEST } from './needles';
import { IDENTIFIERS, LIMITS } from './procedure';
import { shifted } from './pseudonyms';
import { characterSets, decoded } from './text';
import { type Item, PIXEL_DATA, type Structure } from './tree';

const PUBLIC_TEXT = new Set(['LO', 'SH', 'PN', 'ST', 'LT', 'UT', 'UC', 'UR', 'AE']);
const WORDY = new Set(['LO', 'SH', 'PN', 'ST', 'LT', 'UT', 'UC', 'UR', 'AE', 'CS', 'UN', 'OB']);
// Also at the beginning of a date and time, where digits follow.
const DATES = /(?<!\d)((?:18|19|20)\d{2})[-./]?(0[1-9]|1[0-2])[-./]?(0[1-9]|[12]\d|3[01])(?!\d(?!\d))/g;
const WORD = /[A-Za-z0-9]{4,}/g;
const LONGEST_NUMBER = 64; // digits
const LONGEST_POINTED = 15; // digits that a double tells apart
const SHORTEST_WITHIN = 8; // digits: fewer turn up inside other numbers by chance
// In a text that is no identifier by its tag: a telephone, a serial number; as it stands, and without its signs.
const LONG_NUMBER = /\d{7,}/g;
const SIGNS = [/(?<=\d)[-+().]{1,2}(?=\d)/g, /(?<=\d)[-+ ().]{1,2}(?=\d)/g];
const SHORTEST_TEXT = 4;
const LONGEST_LOOKED_AT = 1 << 16;
const bytes = new TextDecoder('latin1'); // one character a byte

export class Old {
  /** Lower case. */
  private readonly words = new Map<string, number>();
  /** As bytes, one character each, lower case: as they are encoded, and as they could be. */
  private readonly names = new Map<string, number>();
  private readonly numbers = new Map<string, number>();
  private readonly dates = new Map<string, number>();
  /** Of the numbers and dates, as doubles. */
  private readonly forms = new Map<number, number>();

  constructor(
    { root, head }: Structure,
    private readonly wasSealed: boolean,
  ) {
    this.collectText(0, head.subarray(0, 1024));
    this.collect(root, []);
    for (const [digits, tag] of this.numbers) this.rememberForms(digits, tag, isPersonal(tag));
    for (const [day, tag] of this.dates) this.rememberForms(day, tag, true);
  }

  private rememberForms(digits: string, tag: number, pointed: boolean): void {
    if (digits.length > LONGEST_POINTED || Number(digits) < LIMITS.smallestIdentifier) return;
    for (const form of asNumbers(Number(digits), pointed)) remember(this.forms, form, tag);
  }

  private collect(item: Item, inherited: readonly string[]): void {
    const sets = characterSets(item, inherited);
    for (const [tag, { vr, value, items }] of item) {
      if (tag === PIXEL_DATA) continue;
      for (const inner of items) this.collect(inner, sets);
      if (vr === 'DA' || vr === 'DT') this.collectDates(tag, bytes.decode(value));
      else if (WORDY.has(vr) || IDENTIFIERS.has(tag)) this.collectText(tag, value);
      if (this.wasSealed) continue;
      if (IDENTIFIERS.has(tag)) this.collectNumbers(tag, decoded(value, sets).normalize('NFKC'));
      if (PUBLIC_TEXT.has(vr) && !((tag >>> 16) & 1)) this.collectLongNumbers(bytes.decode(value));
      if (isSought(tag)) for (const needle of needlesOf(tag, value, sets)) remember(this.names, needle, tag);
    }
  }

  private collectText(tag: number, value: Uint8Array): void {
    const text = bytes.decode(value.subarray(0, LONGEST_LOOKED_AT));
    for (const [word] of text.matchAll(WORD)) remember(this.words, word.toLowerCase(), tag);
    this.collectDates(tag, text);
  }

  private collectDates(tag: number, text: string): void {
    for (const [, year, month, day] of text.matchAll(DATES))
      remember(this.dates, `${year}${month}${day}`, tag);
  }

  private collectNumbers(tag: number, text: string): void {
    const runs = text.match(/\d+/g) ?? [];
    for (const run of [...runs, runs.join('')]) {
      const digits = run.replace(/^0+/, '');
      if (digits.length <= LONGEST_NUMBER && Number(digits) >= LIMITS.smallestNumbering)
        this.rememberNumber(digits, tag);
    }
  }

  private collectLongNumbers(text: string): void {
    for (const form of [text, ...SIGNS.map((sign) => text.replace(sign, ''))])
      for (const [run] of form.matchAll(LONG_NUMBER)) {
        const digits = run.replace(/^0+/, '');
        if (digits && run.length <= LONGEST_NUMBER) this.rememberNumber(digits, 0);
      }
  }

  /** Of places with the same number the patient's own identifier tells most, and a text (0) least. */
  private rememberNumber(digits: string, tag: number): void {
    if (weight(tag) > weight(this.numbers.get(digits))) this.numbers.set(digits, tag);
  }

  /** Whether a date of the new file is a moved one, and not one that the old file has. */
  allowsDate(text: string, days: number): boolean {
    const day = /^\d{8}/.exec(text)?.[0];
    if (!day) return false;
    // An old date may by chance be another one, moved.
    return !this.dates.has(day) || [...this.dates.keys()].some((other) => shifted(other, days) === day);
  }

  /** The old file's tag of a number that is an identifier or a date, in any form. */
  numberTag(number: number): number[] {
    const tag = this.forms.get(number);
    return tag === undefined ? [] : [tag];
  }

  /** The same of a number that counts: there, shorter ones tell something. */
  numberingTag(text: string): number[] {
    const tag = this.numbers.get(/^[ +]*0*(\d+) *$/.exec(text)?.[1] ?? '');
    return tag === undefined ? [] : [tag];
  }

  /** Identifiers in the fraction of a second; the time itself tells no more than it should. */
  fractionTags(text: string): number[] {
    const fraction = /\.(\d+)/.exec(text)?.[1];
    if (!fraction) return [];
    return [
      ...found(
        this.numbers,
        (digits) => Number(digits) >= LIMITS.smallestIdentifier && fraction.includes(digits),
      ),
    ];
  }

  /** Identifiers and dates among texts that are numbers: whole, or long ones as a part of their digits. */
  digitsIn(numbers: string): number[] {
    const wholes = numbers.split('\\').filter((part) => part.length >= SHORTEST_TEXT && part.trim());
    const digits = numbers.replaceAll('.', '');
    return [
      ...wholes.flatMap((part) => this.numberTag(Number(part))),
      ...found(
        this.numbers,
        (number, tag) => number.length >= SHORTEST_WITHIN && IDENTIFIERS.has(tag) && digits.includes(number),
      ),
    ];
  }

  /** Words of the old file in what can be read between the bytes of a binary value. */
  wordsIn(blob: Uint8Array): number[] {
    const runs = bytes.decode(blob).match(/[\x20-\x7e]{4,}/g);
    if (!runs) return [];
    const text = lower(runs.join('\n'));
    return [...found(this.words, (word) => text.includes(word))];
  }

  /** Names and identifiers among the bytes of binary numbers; short ones turn up there by chance. */
  namesIn(blob: Uint8Array): number[] {
    if (this.names.size === 0 || blob.length < SHORTEST) return [];
    const text = lower(bytes.decode(blob));
    return [...found(this.names, (name) => name.length >= SHORTEST && text.includes(name))];
  }

  /** The same among pixels, where chance is weighed. */
  namesAmong(pixels: Uint8Array): number[] {
    return foundAmong(pixels, this.names.keys()).flatMap((name) => this.names.get(name) ?? []);
  }
}

function weight(tag: number | undefined): number {
  if (tag === undefined) return 0;
  return tag === 0 ? 1 : isPersonal(tag) ? 3 : 2;
}

function remember<Key>(map: Map<Key, number>, key: Key, tag: number): void {
  if (!map.has(key)) map.set(key, tag);
}

function* found(
  map: ReadonlyMap<string, number>,
  test: (key: string, tag: number) => boolean,
): Generator<number> {
  for (const [key, tag] of map) if (test(key, tag)) yield tag;
}
