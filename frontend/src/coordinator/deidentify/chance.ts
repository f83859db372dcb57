/**
 * Whether bytes that stand among pixels stand there by chance: the same estimates as `reader_study/intake/chance.py`.
 *
 * Six bytes are three pixels of 16 bits, and counts make every three small numbers somewhere. So a hit counts only if
 * this image would make it less than once in a million images like it.
 */

import { lower } from './needles';
import { latin } from './tree';

const LARGEST_CHANCE = 1e-6;
const UNSEEN = 1 / 16; // of a pixel: how often a value is taken to occur that this image has nowhere else
const [REACH, REACH_OF_TWO] = [64, 512]; // how near is near, in pixel values
const AROUND = 64; // pixels around a hit that tell nothing of chance
const SHORTEST = 4; // bytes of a needle: two pixels

interface Place {
  start: number;
  needle: string;
}

/** The needles (small letters, one character a byte) that stand among the pixels, in either case, and not by chance. */
export function foundAmong(pixels: Uint8Array, needles: Iterable<string>): string[] {
  const size = pixels.length >> 1;
  const hits = hitsOf(pixels, size, [...needles]);
  if (hits.length === 0) return [];
  const words = Uint16Array.from({ length: size }, (_, n) => wordAt(pixels, n * 2));
  const counts = new Float64Array(1 << 16);
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  const found = hits.filter(
    ({ needle, places }) => byChance(pixels, needle.length, places, words, counts) < LARGEST_CHANCE,
  );
  return [...new Set(found.map(({ needle }) => needle))];
}

const wordAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
const capital = (byte: number): number => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte);
const small = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/** The pixels that two bytes of a needle are, in either case. */
function written(low: number, high: number): number[] {
  const lows = new Set([low, capital(low)]);
  const highs = new Set([high, capital(high)]);
  return [...lows].flatMap((one) => [...highs].map((other) => (other << 8) | one));
}

/** Places of each needle, apart for even and odd ones. */
function hitsOf(pixels: Uint8Array, size: number, needles: readonly string[]) {
  const begins = new Uint8Array(1 << 16);
  const follows = new Uint8Array(1 << 16);
  const wanted = new Map<number, Place[]>();
  for (const needle of needles)
    for (let start = 0; start < 2 && start <= needle.length - SHORTEST; start += 1) {
      const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((n) => needle.charCodeAt(start + n));
      for (const word of written(a, b))
        for (const then of written(c, d)) {
          begins[word] = 1;
          follows[then] = 1;
          const key = then * 0x10000 + word;
          const places = wanted.get(key);
          if (places) places.push({ start, needle });
          else wanted.set(key, [{ start, needle }]);
        }
    }
  const hits = new Map<string, { needle: string; places: number[] }>();
  for (let n = 0, word = wordAt(pixels, 0); n < size - 1; n += 1) {
    const next = wordAt(pixels, n * 2 + 2);
    if (begins[word] && follows[next])
      for (const { start, needle } of wanted.get(next * 0x10000 + word) ?? [])
        if (standsAt(pixels, n * 2 - start, needle)) {
          const key = `${start}${needle}`;
          const hit = hits.get(key) ?? { needle, places: [] };
          hits.set(key, hit);
          hit.places.push(n * 2 - start);
        }
    word = next;
  }
  return [...hits.values()];
}

function standsAt(pixels: Uint8Array, at: number, needle: string): boolean {
  if (at < 0 || at + needle.length > pixels.length) return false;
  for (let n = 0; n < needle.length; n += 1)
    if (small(pixels[at + n] ?? 0) !== needle.charCodeAt(n)) return false;
  return true;
}

/** How many such hits this image would have by chance. */
function byChance(
  pixels: Uint8Array,
  length: number,
  places: readonly number[],
  words: Uint16Array,
  counts: Float64Array,
): number {
  const [at = 0] = places;
  const bytes = pixels.subarray(at, at + length);
  const needle = lower(latin(bytes));
  const odd = at & 1;
  const pairs: string[] = [];
  for (let n = odd; n < length - 1; n += 2) pairs.push(needle.slice(n, n + 2));
  if (pairs.length < 2) return Number.POSITIVE_INFINITY;
  const often = (others: number) => (Math.max(others, 0) + UNSEEN) / words.length;
  let expected = words.length;
  for (const pair of pairs) {
    const same = pairs.filter((other) => other === pair).length;
    const all = written(pair.charCodeAt(0), pair.charCodeAt(1));
    expected *= often(all.reduce((sum, word) => sum + (counts[word] ?? 0), 0) - same * places.length);
  }
  const having = (shift: number, byte: number) => {
    let sum = 0;
    for (let word = 0; word < counts.length; word += 1)
      if (small((word >>> shift) & 0xff) === byte) sum += counts[word] ?? 0;
    return sum - places.length;
  };
  if (odd) expected *= often(having(8, needle.charCodeAt(0))); // the first byte is the second one of its pixel
  if ((length - odd) & 1) expected *= often(having(0, needle.charCodeAt(length - 1)));
  return Math.max(expected, nearly(bytes, places, words));
}

/** The same, from how often neighbouring pixels are elsewhere near to the values that were found. */
function nearly(found: Uint8Array, places: readonly number[], words: Uint16Array): number {
  const values: number[] = [];
  for (let n = (places[0] ?? 0) & 1; n < found.length - 1; n += 2) values.push(wordAt(found, n));
  const reach = values.length === 2 ? REACH_OF_TWO : REACH;
  const around = new Uint8Array(words.length);
  for (const place of places) around.fill(1, Math.max(0, (place >> 1) - AROUND), (place >> 1) + AROUND + 1);
  let near = 0;
  for (let n = 0; n <= words.length - values.length; n += 1)
    if (!around[n] && values.every((value, behind) => Math.abs((words[n + behind] ?? 0) - value) <= reach))
      near += 1;
  const cases = 2 ** found.filter((byte) => small(byte) !== capital(byte)).length;
  return (near * cases) / (2 * reach + 1) ** values.length;
}
