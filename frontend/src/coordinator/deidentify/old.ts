/** What the old file says that could name a person, and whether some of it stands somewhere. */

import { IDENTIFIERS, LIMITS } from './procedure';
import { shifted } from './pseudonyms';
import { characterSets, decoded, encodings } from './text';
import { type Item, PIXEL_DATA, type Structure, stripped } from './tree';

const PATIENT = new Set([0x00100010, 0x00100020, 0x00101001]); // names and ID: sought among the pixels too
const WORDY = new Set(['LO', 'SH', 'PN', 'ST', 'LT', 'UT', 'UC', 'UR', 'AE', 'CS', 'UN', 'OB']);
const DATES = /(?<!\d)((?:18|19|20)\d{2})[-./]?(0[1-9]|1[0-2])[-./]?(0[1-9]|[12]\d|3[01])(?!\d)/g;
const WORD = /[A-Za-z0-9]{4,}/g;
const LONGEST_NUMBER = 64; // digits
const SHORTEST_WITHIN = 7; // digits: fewer turn up inside other numbers by chance
const SHORTEST_IN_PIXELS = 6; // bytes
const LONGEST_LOOKED_AT = 1 << 16;
const bytes = new TextDecoder('latin1'); // one character a byte

export class Old {
  /** Lower case. */
  private readonly words = new Map<string, number>();
  /** As bytes, one character each, lower case: as they are encoded, and as they could be. */
  private readonly names = new Map<string, number>();
  private readonly numbers = new Map<string, number>();
  private readonly dates = new Map<string, number>();

  constructor(
    { root, head }: Structure,
    private readonly wasSealed: boolean,
  ) {
    this.collectText(0, head.subarray(0, 1024));
    this.collect(root, []);
  }

  private collect(item: Item, inherited: readonly string[]): void {
    const sets = characterSets(item, inherited);
    for (const [tag, { vr, value, items }] of item) {
      if (tag === PIXEL_DATA) continue;
      for (const inner of items) this.collect(inner, sets);
      if (vr === 'DA' || vr === 'DT') this.collectDates(tag, bytes.decode(value));
      else if (WORDY.has(vr) || IDENTIFIERS.has(tag)) this.collectText(tag, value);
      if (IDENTIFIERS.has(tag)) this.collectIdentifier(tag, value, sets);
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
    if (/^\d{8}/.test(text)) remember(this.dates, text.slice(0, 8), tag); // of a DT, followed by digits
  }

  private collectIdentifier(tag: number, value: Uint8Array, sets: readonly string[]): void {
    const text = decoded(value, sets);
    const runs = text.normalize('NFKC').match(/\d+/g) ?? [];
    for (const run of [...runs, runs.join('')]) {
      const digits = run.replace(/^0+/, '');
      const large =
        digits.length > 3 && digits.length <= LONGEST_NUMBER && Number(digits) >= LIMITS.smallestIdentifier;
      if (large && !this.wasSealed) remember(this.numbers, digits, tag);
    }
    if (!PATIENT.has(tag)) return;
    for (const part of new Set([text, ...text.split('='), ...text.split(/[=^]/)]))
      for (const encoded of encodings(part)) this.rememberName(bytes.decode(encoded), tag);
    for (const part of bytes.decode(stripped(value)).split(/[=^]/)) this.rememberName(part, tag);
  }

  private rememberName(name: string, tag: number): void {
    if (name.length >= SHORTEST_IN_PIXELS) remember(this.names, lower(name), tag);
  }

  /** Whether a date of the new file is a moved one, and not one that the old file has. */
  allowsDate(text: string, days: number): boolean {
    const day = /^\d{8}/.exec(text)?.[0];
    if (!day) return false;
    // An old date may by chance be another one, moved.
    return !this.dates.has(day) || [...this.dates.keys()].some((other) => shifted(other, days) === day);
  }

  /** The old file's tag of a number that is an identifier. */
  numberTag(number: number): number[] {
    return [...found(this.numbers, (digits) => digits === String(number))];
  }

  /** Identifiers and dates among texts that are numbers: whole, or as a part of their digits. */
  digitsIn(numbers: string): number[] {
    const wholes = new Set(
      numbers
        .split('\\')
        .map((part) => /^[ +-]*0*(\d+)(?:\.0*)?[ \0]*$/.exec(part)?.[1])
        .filter((whole) => whole !== undefined),
    );
    const digits = numbers.replaceAll('.', '');
    return [
      ...found(this.numbers, (number) => wholes.has(number)),
      ...found(this.numbers, (number) => number.length >= SHORTEST_WITHIN && digits.includes(number)),
      ...found(this.dates, (day) => digits.includes(day)),
    ];
  }

  /** Words of the old file in what can be read between the bytes of a binary value. */
  wordsIn(blob: Uint8Array): number[] {
    const runs = bytes.decode(blob).match(/[\x20-\x7e]{4,}/g);
    if (!runs) return [];
    const text = lower(runs.join('\n'));
    return [...found(this.words, (word) => text.includes(word))];
  }

  /** Names and IDs of the patient among bytes, in any encoding; short ones turn up there by chance. */
  namesIn(blob: Uint8Array): number[] {
    if (this.names.size === 0) return [];
    const text = lower(bytes.decode(blob));
    return [...found(this.names, (name) => text.includes(name))];
  }
}

function remember(map: Map<string, number>, key: string, tag: number): void {
  if (!map.has(key)) map.set(key, tag);
}

function* found(map: ReadonlyMap<string, number>, test: (key: string) => boolean): Generator<number> {
  for (const [key, tag] of map) if (test(key)) yield tag;
}

/** A to Z small, and nothing else: the characters are bytes. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}
