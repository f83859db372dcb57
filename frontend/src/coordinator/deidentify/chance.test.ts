import { describe, expect, it } from 'vitest';
import { foundAmong } from './chance';
import { needlesOf } from './needles';

const NAME = 0x00100010;
const utf8 = new TextEncoder();
const needles = needlesOf(NAME, utf8.encode('SATO^YUKI=佐々木^裕子'), ['ISO_IR 192']);

/** Counts around a mean: the sum of many small dice. */
function counts(mean: number, pixels: number, seed: number): Uint8Array {
  let state = seed;
  const die = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const words = Uint16Array.from({ length: pixels }, () => {
    let sum = 0;
    for (let n = 0; n < 12; n += 1) sum += die();
    return Math.max(0, Math.round(mean + (sum - 6) * Math.sqrt(mean)));
  });
  return new Uint8Array(words.buffer);
}

const wide = (text: string, high = 1): Uint8Array =>
  Uint8Array.from(
    [...text].flatMap((letter) => {
      const [low, up] = [letter.charCodeAt(0) & 0xff, letter.charCodeAt(0) >> 8];
      return high ? [low, up] : [up, low];
    }),
  );

describe('a name among pixels', () => {
  it('is none where counts make it by chance', () => {
    for (const mean of [75, 78, 82, 90])
      for (const seed of [1, 2, 3]) expect(foundAmong(counts(mean, 1 << 17, seed), needles)).toEqual([]);
  });

  it.each<[string, Uint8Array]>([
    ['as it is written', utf8.encode('SATO^YUKI')],
    ['the other way round', utf8.encode('Yuki Sato')],
    ['in wide letters', wide('Sato Yuki')],
    ['in wide letters of the other order', wide('佐々木裕子', 0)],
    ['in kanji', utf8.encode('裕子　佐々木')],
    ['in Shift-JIS', Uint8Array.of(0x8d, 0xb2, 0x81, 0x58, 0x96, 0xd8)],
  ])('is found %s', (_, bytes) => {
    for (const at of [0, 33, 20_000, 20_001]) {
      const pixels = counts(90, 1 << 15, 5);
      pixels.set(bytes, at);
      expect(foundAmong(pixels, needles)).not.toEqual([]);
    }
  });
});
