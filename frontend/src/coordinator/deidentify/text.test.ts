import { describe, expect, it } from 'vitest';
import { decoded } from './text';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The examples of PS3.5 annexes H to K. */
describe('a text of DICOM', () => {
  it.each([
    [
      '\\ISO 2022 IR 87',
      'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B',
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'ISO 2022 IR 13\\ISO 2022 IR 87',
      '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J',
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎',
    ],
    ['\\ISO 2022 IR 149', 'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7', 'Hong^Gildong=洪^吉洞'],
    ['ISO_IR 192', 'Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1', 'Wang^XiaoDong=王^小東'],
    ['GB18030', 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab', 'Wang^XiaoDong=王^小东'],
    ['ISO_IR 100', 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
    ['ISO_IR 144', '\xbb\xee\xda\x63\x65\xdc\xd1\xe3\xe0\xd3', 'Люкceмбург'],
    ['\\ISO 2022 IR 87', '\x1b$BIi2Y\x1b(B', '負荷'],
    ['', '\xe5\xae\x89\xe9\x9d\x99', '安静'],
    ['', 'caf\xe9 \0', 'café'],
  ])('in %s', (sets, value, text) => {
    expect(decoded(bytes(value), sets.split('\\'))).toBe(text);
  });

  it('has a second byte that looks like a delimiter', () => {
    expect(decoded(bytes('\x1b$B%\\%9%H\x1b(B'), ['', 'ISO 2022 IR 87'])).toBe('ボスト');
  });

  it('never fails', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const noise = Uint8Array.from({ length: 60 }, (_, n) => Math.imul(n * n + seed, 2654435761) >>> 9);
      for (const set of ['', 'ISO 2022 IR 87', 'ISO_IR 192', 'GB18030', 'ISO_IR 9999'])
        expect(typeof decoded(Uint8Array.from([0x1b, 0x24, ...noise]), [set])).toBe('string');
    }
  });
});
