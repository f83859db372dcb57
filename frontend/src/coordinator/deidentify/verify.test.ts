import { beforeAll, describe, expect, it } from 'vitest';
import { seriesDescription } from './describe';
import { Pseudonyms } from './pseudonyms';
import { type Deidentified, deidentify } from './rebuild';
import { readStructure } from './structure';
import { type Item, PIXEL_DATA, type Structure, textAt } from './tree';
import { leftOver, type Making } from './verify';
import { binary, part10, text, type Written } from './write';

const NM = '1.2.840.10008.5.1.4.1.1.20';
const bytes = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0));
const short = (value: number) => binary('US', Uint8Array.of(value & 0xff, value >> 8));

/** An NM file of somebody, as a console would write it, with more attributes if a test needs them. */
function original(more: readonly (readonly [number, Written])[] = []): Uint8Array {
  const elements = new Map<number, Written>([
    [0x00080008, text('CS', 'ORIGINAL\\PRIMARY\\RECON TOMO\\EMISSION')],
    [0x00080016, text('UI', NM)],
    [0x00080018, text('UI', '1.2.3.4.5')],
    [0x00080020, text('DA', '20240301')],
    [0x00080030, text('TM', '101112')],
    [0x00080050, text('SH', 'A990011')],
    [0x00080060, text('CS', 'NM')],
    [0x0008103e, text('LO', 'SA STRESS Yamada')],
    [0x00100010, text('PN', 'YAMADA^TARO')],
    [0x00100020, text('LO', 'MRN-4711002')],
    [0x00100030, text('DA', '19480102')],
    [0x00102154, text('SH', '090-1234-5678')],
    [0x0020000d, text('UI', '1.2.3.4')],
    [0x0020000e, text('UI', '1.2.3.4.1')],
    [0x00280002, short(1)],
    [0x00280004, text('CS', 'MONOCHROME2')],
    [0x00280008, text('IS', '1')],
    [0x00280010, short(4)],
    [0x00280011, short(8)],
    [0x00280030, text('DS', '6.4\\6.4')],
    [0x00280100, short(16)],
    [0x00280101, short(16)],
    [0x00280102, short(15)],
    [0x00280103, short(0)],
    [
      PIXEL_DATA,
      binary(
        'OW',
        Uint8Array.from({ length: 64 }, (_, n) => n),
      ),
    ],
    ...more,
  ]);
  return part10(elements, { sopClass: NM, sopUid: '1.2.3.4.5' });
}

let pseudonyms: Pseudonyms;
beforeAll(async () => {
  pseudonyms = await Pseudonyms.of(new Uint8Array(32).fill(7));
});

async function made(
  file = original(),
): Promise<{ structure: Structure; result: Deidentified; making: Making }> {
  const structure = readStructure(file);
  const result = await deidentify(structure, pseudonyms);
  const ownWords = [result.subject.token, result.line, seriesDescription(result.description)];
  return { structure, result, making: { pseudonyms, days: result.subject.days, wasSealed: false, ownWords } };
}

/** The sealed file with one element more, or another value of one. */
function tampered(sealed: Uint8Array, tag: number, written: Written): Uint8Array {
  const { root } = readStructure(sealed);
  const copy = (item: Item): Map<number, Written> =>
    new Map(
      [...item].map(([at, { vr, value, items }]) => [
        at,
        { vr, value, items: vr === 'SQ' ? items.map(copy) : null },
      ]),
    );
  return part10(copy(root).set(tag, written), { sopClass: NM, sopUid: textAt(root, 0x00080018) });
}

describe('the second look', () => {
  it('finds nothing in what the rules made', async () => {
    const { structure, result, making } = await made();
    expect(await leftOver(structure, result.data, making)).toEqual([]);
  });

  const pixels = (name: string) => binary('OW', bytes(name.padEnd(64, '\0')));
  it.each<[string, number, Written, number?]>([
    ['a word that is in no list', 0x00081030, text('LO', 'Yamada')],
    ['a word of a list with another behind it', 0x00080070, text('LO', 'SIEMENS Taro')],
    ['the date of birth', 0x00080021, text('DA', '19480102')],
    ['a date that stayed', 0x00080022, text('DA', '20240301')],
    ['a UID that is not of the site', 0x00200052, text('UI', '1.2.3.4')],
    ['a UID of the form of ours', 0x00200052, text('UI', '2.25.336742234')],
    ['a number with the identifier', 0x00181130, text('DS', '4711002'), 0x00100020],
    ['a number that is the identifier with a point', 0x00181130, text('DS', '4.711002'), 0x00100020],
    ['the identifier with an exponent', 0x00181130, text('DS', '4.711002e6'), 0x00100020],
    ['the identifier in the fraction of a second', 0x00080031, text('TM', '101112.990011'), 0x00080050],
    ['the telephone number', 0x00181130, text('DS', '09012345678'), 0],
    ['the date of birth as a number', 0x00200013, text('IS', '19480102'), 0x00100030],
    [
      'the identifier in four bytes',
      0x00280106,
      binary('UL', Uint8Array.of(0x5a, 0xe2, 0x47, 0)),
      0x00100020,
    ],
    ['a private attribute', 0x00110010, text('LO', '')],
    ['an attribute that nobody knows', 0x00089999, text('LO', '')],
    ['an overlay', 0x60003000, binary('OW', new Uint8Array(2))],
    ['bytes beyond ASCII', 0x00080070, binary('LO', bytes('SIEMENS\xe9'))],
    ['an age that may name a person', 0x00101010, text('AS', '097Y')],
    ['the name among the pixels', PIXEL_DATA, pixels('..........yamada^taro'), 0x00100010],
    ['a part of the name among the pixels, in UTF-16', PIXEL_DATA, pixels('\0Y\0A\0M\0A\0D\0A'), 0x00100010],
    ['a name in a binary value', 0x00280106, binary('US', bytes('Yamada')), 0x0008103e],
  ])('finds %s', async (_, tag, written, from = tag) => {
    const { structure, result, making } = await made();
    expect(await leftOver(structure, tampered(result.data, tag, written), making)).toContain(from);
  });

  it('finds a Japanese name among the pixels, in another encoding than the header has', async () => {
    const name = binary('PN', bytes('\x1b$B;3ED\x1b(B^\x1b$BB@O:B@O:\x1b(B'));
    const sets = text('CS', '\\ISO 2022 IR 87');
    const file = original([
      [0x00080005, sets],
      [0x00100010, name],
    ]);
    const { structure, result, making } = await made(file);
    expect(await leftOver(structure, result.data, making)).toEqual([]);
    for (const encoded of ['\x91\xbe\x98\x59\x91\xbe\x98\x59', '\xe5\xa4\xaa\xe9\x83\x8e']) {
      const hidden = binary('OW', bytes(encoded.padStart(40, ' ').padEnd(64, '\0')));
      expect(await leftOver(structure, tampered(result.data, PIXEL_DATA, hidden), making)).toEqual(
        encoded.length >= 8 ? [0x00100010] : [],
      );
    }
  });

  it.each([
    ['something in the preamble', (sealed: Uint8Array) => sealed.fill(65, 0, 3)],
    ['bytes behind the file', (sealed: Uint8Array) => Uint8Array.from([...sealed, 1, 2, 3, 4])],
    ['a file that ends too early', (sealed: Uint8Array) => sealed.subarray(0, sealed.length - 1)],
    ['what is no file', () => bytes('YAMADA')],
  ])('refuses %s', async (_, change) => {
    const { structure, result, making } = await made();
    expect(await leftOver(structure, change(result.data.slice()), making)).not.toEqual([]);
  });
});
