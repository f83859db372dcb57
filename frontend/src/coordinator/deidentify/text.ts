/**
 * Texts of a data set in their character sets (PS3.3 C.12.1.1.2, PS3.5 6.1): to find words in them, to show them to the
 * coordinator, and to look for them again in the result. Nothing that is decoded here gets into a sealed file.
 */

import { type Item, isAscii, latin, trimmed } from './tree';

const SPECIFIC_CHARACTER_SET = 0x00080005;
const ESC = 0x1b;
const utf8 = new TextDecoder('utf-8');

type Decode = (bytes: Uint8Array) => string;

const named =
  (label: string): Decode =>
  (bytes) =>
    new TextDecoder(label).decode(bytes);
const highBits = (bytes: Uint8Array, before?: number): Uint8Array =>
  before === undefined
    ? bytes.map((byte) => byte | 0x80)
    : Uint8Array.from([...bytes].flatMap((byte, n) => (n % 2 ? [byte | 0x80] : [before, byte | 0x80])));

/** Single-byte sets, with and without code extensions. */
const SINGLE: Record<string, Decode> = {
  '100': latin,
  '101': named('iso-8859-2'),
  '109': named('iso-8859-3'),
  '110': named('iso-8859-4'),
  '144': named('iso-8859-5'),
  '127': named('iso-8859-6'),
  '126': named('iso-8859-7'),
  '138': named('iso-8859-8'),
  '148': named('windows-1254'),
  '203': named('iso-8859-15'),
  '166': named('windows-874'),
  '13': named('shift_jis'),
};
const WHOLE: Record<string, Decode> = {
  'ISO_IR 192': (bytes) => utf8.decode(bytes),
  GB18030: named('gb18030'),
  GBK: named('gbk'),
};
/** What follows an escape sequence: where it stands (high or low bytes), and how it is read. */
const ESCAPES: [string, Decode][] = [
  ['$B', (bytes) => named('euc-jp')(highBits(bytes))],
  ['$@', (bytes) => named('euc-jp')(highBits(bytes))],
  ['$(D', (bytes) => named('euc-jp')(highBits(bytes, 0x8f))],
  ['$)C', named('euc-kr')],
  ['$)A', named('gb18030')],
  ['(B', latin],
  ['(J', named('shift_jis')],
  [')I', named('shift_jis')],
  ['-A', latin],
  ['-B', named('iso-8859-2')],
  ['-C', named('iso-8859-3')],
  ['-D', named('iso-8859-4')],
  ['-L', named('iso-8859-5')],
  ['-G', named('iso-8859-6')],
  ['-F', named('iso-8859-7')],
  ['-H', named('iso-8859-8')],
  ['-M', named('windows-1254')],
  ['-T', named('windows-874')],
];

/** The character sets that an item names; those of its parent where it names none. */
export function characterSets(item: Item, inherited: readonly string[] = []): readonly string[] {
  const stated = item.get(SPECIFIC_CHARACTER_SET);
  if (!stated) return inherited;
  return latin(stated.value)
    .split('\\')
    .map((term) => term.replace(/[\0 ]+$/g, '').trim());
}

/** A text value, without the blanks and NULs around it. What cannot be read becomes U+FFFD, never an error. */
export function decoded(value: Uint8Array, sets: readonly string[]): string {
  return trimmed(read(value, sets));
}

function read(value: Uint8Array, sets: readonly string[]): string {
  if (value.every((byte) => byte < 0x80 && byte !== ESC)) return latin(value);
  const [first = '', second = ''] = sets;
  const whole = WHOLE[first] ?? WHOLE[second];
  if (whole) return whole(value);
  const initial = SINGLE[/(?:ISO_IR|ISO 2022 IR) (\d+)$/.exec(first)?.[1] ?? ''] ?? undecided(value);
  if (!value.includes(ESC)) return initial(value);
  return extended(value, initial);
}

/** All that a value beyond ASCII could say if nothing is declared, or another set than it is in. */
export function guesses(value: Uint8Array): string[] {
  if (isAscii(value) || value.includes(ESC)) return [];
  return ['utf-8', 'shift_jis', 'euc-jp'].flatMap((label) => {
    try {
      return [trimmed(new TextDecoder(label, { fatal: true }).decode(value))];
    } catch {
      return []; // not this one
    }
  });
}

/** A file that names no set, or one that does not fit: UTF-8 if it is that, otherwise the bytes as they are. */
function undecided(value: Uint8Array): Decode {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(value);
    return (bytes) => utf8.decode(bytes);
  } catch {
    return latin;
  }
}

/**
 * Code extensions (ISO 2022): each run is read by the set that its escape sequence calls. A sender that forgets to call
 * a set again behind a delimiter is read as it meant.
 */
function extended(value: Uint8Array, initial: Decode): string {
  let decode = initial;
  let text = '';
  let start = 0;
  for (let at = value.indexOf(ESC); at >= 0; at = value.indexOf(ESC, start)) {
    text += decode(value.subarray(start, at));
    const called = ESCAPES.find(
      ([sequence]) => latin(value.subarray(at + 1, at + 1 + sequence.length)) === sequence,
    );
    decode = called?.[1] ?? latin;
    start = at + 1 + (called?.[0].length ?? 0);
  }
  return text + decode(value.subarray(start));
}

/** A text in the encodings in which it might stand among bytes: UTF-8, UTF-16 both ways, and the Japanese ones. */
export function encodings(text: string): Uint8Array[] {
  const codes = Array.from({ length: text.length }, (_, n) => text.charCodeAt(n));
  const unicode = [
    new TextEncoder().encode(text),
    Uint8Array.from(codes.flatMap((code) => [code & 0xff, code >>> 8])),
    Uint8Array.from(codes.flatMap((code) => [code >>> 8, code & 0xff])),
  ];
  if (codes.every((code) => code < 0x80)) return unicode.slice(0, 2); // the other order is the same, but for its zeros
  if (codes.every((code) => code < 0x100)) unicode.push(Uint8Array.from(codes));
  const places = [...text].map((character) =>
    character.charCodeAt(0) < 0x80 ? character : kanji().get(character),
  );
  if (places.some((place) => place === undefined)) return unicode;
  const encoded = (two: (row: number, cell: number) => number[]) =>
    Uint8Array.from(
      places.flatMap((place = '') => (typeof place === 'string' ? [place.charCodeAt(0)] : two(...place))),
    );
  return [
    ...unicode,
    encoded((row, cell) => [row + 0xa0, cell + 0xa0]), // EUC
    encoded(shiftJis),
    encoded((row, cell) => [row + 0x20, cell + 0x20]), // ISO 2022, without its escape sequences
  ];
}

let places: ReadonlyMap<string, [row: number, cell: number]> | null = null;

/** Row and cell of every character of JIS X 0208. */
function kanji(): ReadonlyMap<string, [row: number, cell: number]> {
  if (places) return places;
  const decoder = new TextDecoder('euc-jp');
  const found = new Map<string, [number, number]>();
  for (let row = 1; row <= 94; row += 1)
    for (let cell = 1; cell <= 94; cell += 1) {
      const character = decoder.decode(Uint8Array.of(row + 0xa0, cell + 0xa0));
      if (character !== '\ufffd') found.set(character, [row, cell]);
    }
  places = found;
  return found;
}

function shiftJis(row: number, cell: number): number[] {
  const lead = (row + 1) >> 1;
  const trail = row % 2 ? cell + (cell < 64 ? 0x3f : 0x40) : cell + 0x9e;
  return [lead + (lead < 32 ? 0x80 : 0xc0), trail];
}
