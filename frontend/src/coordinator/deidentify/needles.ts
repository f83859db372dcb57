/**
 * What of a person is sought as bytes: names, identifiers and the date of birth, in every way they could be written; as
 * `reader_study/intake/needles.py`. Bytes are characters here, A to Z small, also inside of wide characters.
 */

import { decoded, encodings, guesses } from './text';
import { latin, stripped } from './tree';

/** The patient's names, other ones, at birth, mother's. */
const NAMES = new Set([0x00100010, 0x00101001, 0x00101005, 0x00101060]);
const IDENTIFYING = new Set([0x00100020, 0x00101000, 0x00080050]);
const BIRTH_DATE = 0x00100030;
export const SHORTEST = 6; // bytes
const SHORTEST_WIDE = 4; // two kanji: sought only where chance does not make them
const LONGEST = 256;
const SEPARATORS = ['', ' ', ',', '\u3000'];
const BLANKS = /^[ \0\u3000]+|[ \0\u3000]+$/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin so
const ESCAPES = /\x1b(?:\$[()]?|[()\-.])[@-Z]/g;

/** Whether a value of this attribute is sought. */
export function isSought(tag: number): boolean {
  return NAMES.has(tag) || IDENTIFYING.has(tag) || tag === BIRTH_DATE;
}

/** The needles of a value that is sought. */
export function needlesOf(tag: number, whole: Uint8Array, sets: readonly string[]): Set<string> {
  const value = stripped(whole).subarray(0, LONGEST);
  const all = [decoded(value, sets), ...guesses(value)];
  const texts = all.filter((text) => !text.includes('\ufffd')); // then it is in another encoding
  if (tag === BIRTH_DATE) {
    const [, ...parts] = /^(\d{4})\D?(\d\d)\D?(\d\d)/.exec(texts[0] ?? '') ?? [];
    return new Set(parts.length > 0 ? ['', '-', '/', '.'].flatMap((sign) => encoded(parts.join(sign))) : []);
  }
  const raw = latin(value);
  if (IDENTIFYING.has(tag))
    return new Set([...texts.flatMap((text) => encoded(text.replace(BLANKS, ''))), ...asWritten(raw)]);
  return new Set([
    ...texts.flatMap((text) => text.split('=')).flatMap((group) => phrases(group).flatMap(encoded)),
    ...[raw, raw.replace(ESCAPES, '')]
      .flatMap((text) => text.split('='))
      .flatMap((group) => phrases(group).flatMap(asWritten)),
  ]);
}

/** A name's parts, and family and given name in either order. */
function phrases(group: string): string[] {
  const parts = group.split('^').map((part) => part.replace(BLANKS, ''));
  const [family, given] = parts;
  if (!family || !given) return [group, ...parts];
  return [group, ...parts, ...SEPARATORS.flatMap((sign) => [family + sign + given, given + sign + family])];
}

/** As it is written in the header. */
function asWritten(bytes: string): string[] {
  const wide = !isAsciiText(bytes);
  return bytes.length >= (wide ? SHORTEST_WIDE : SHORTEST) && latinOnly(bytes) ? [lower(bytes)] : [];
}

function encoded(phrase: string): string[] {
  return [...new Set([phrase, phrase.normalize('NFKC')])].flatMap((form) => {
    const wide = !isAsciiText(form);
    const texts = wide ? new Set([form, form.toLowerCase(), form.toUpperCase()]) : [form.toLowerCase()];
    return [...texts].flatMap((text) =>
      encodings(text)
        .slice(0, !wide && counts(text) ? 1 : undefined)
        // Without its outer zeros, a text of two bytes a letter is the same in either byte order.
        .map((bytes) => lower(latin(bytes)).replace(/^\0+|\0+$/g, ''))
        .filter((needle) => needle.length >= (wide ? SHORTEST_WIDE : SHORTEST)),
    );
  });
}

/** Whether it is like 1234 or 1111: as numbers of two bytes, these are in every vector of slices. */
function counts(text: string): boolean {
  const steps = new Set([...text.slice(1)].map((letter, n) => letter.charCodeAt(0) - text.charCodeAt(n)));
  return steps.size < 2 && [...steps].every((step) => Math.abs(step) <= 1);
}

const isAsciiText = (text: string): boolean => [...text].every((letter) => letter.charCodeAt(0) < 0x80);
const latinOnly = (text: string): boolean => [...text].every((letter) => letter.charCodeAt(0) < 0x100);

/** A to Z small, and nothing else: the characters are bytes. */
export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}
