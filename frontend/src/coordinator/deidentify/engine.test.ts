import { describe, expect, it } from 'vitest';
import { openEngine } from './engine';
import type { Answer } from './protocol';
import { serve } from './serve';
import { readStructure } from './structure';
import { latin, PIXEL_DATA } from './tree';
import { NotSealed } from './types';
import { binary, part10, text, type Written } from './write';

const NM = '1.2.840.10008.5.1.4.1.1.20';
const KEY = new Uint8Array(32).fill(3);
const short = (value: number) => binary('US', Uint8Array.of(value & 0xff, value >> 8));
const [ROWS, COLUMNS] = [24, 32];

/** A slice with an organ, and letters if it should have some. */
function pixels(letters = false): Uint8Array {
  const values = new Uint16Array(ROWS * COLUMNS);
  for (let n = 0; n < values.length; n += 1) {
    const [x, y] = [n % COLUMNS, Math.floor(n / COLUMNS)];
    values[n] = Math.round(900 * Math.exp(-((x - 16) ** 2 + (y - 12) ** 2) / 60)) + ((n * 7919) % 23);
    if (
      letters &&
      y >= 3 &&
      y < 10 &&
      x >= 3 &&
      x < 24 &&
      (x % 5 === 3 || (y === 3 && x % 5 < 6 && x % 5 > 2))
    )
      values[n] = 30_000;
  }
  return new Uint8Array(values.buffer);
}

function file(more: Record<number, Written> = {}): Uint8Array {
  const elements = new Map<number, Written>([
    [0x00080008, text('CS', 'ORIGINAL\\PRIMARY\\RECON TOMO\\EMISSION')],
    [0x00080016, text('UI', NM)],
    [0x00080018, text('UI', '1.2.3.4.5')],
    [0x00080020, text('DA', '20240301')],
    [0x00080060, text('CS', 'NM')],
    [0x0008103e, text('LO', 'SA STRESS')],
    [0x00100010, text('PN', 'YAMADA^TARO')],
    [0x00100020, text('LO', 'MRN-4711002')],
    [0x0020000d, text('UI', '1.2.3.4')],
    [0x0020000e, text('UI', '1.2.3.4.1')],
    [0x00280002, short(1)],
    [0x00280004, text('CS', 'MONOCHROME2')],
    [0x00280010, short(ROWS)],
    [0x00280011, short(COLUMNS)],
    [0x00280100, short(16)],
    [0x00280101, short(16)],
    [0x00280102, short(15)],
    [0x00280103, short(0)],
    [PIXEL_DATA, binary('OW', pixels())],
    ...Object.entries(more).map(([tag, written]): [number, Written] => [Number(tag), written]),
  ]);
  return part10(elements, { sopClass: NM, sopUid: '1.2.3.4.5' });
}

describe('the engine', () => {
  it('sends what it proved, and says for the coordinator alone whose it is', async () => {
    const engine = await openEngine(KEY);
    const judged = await engine.judge(3, file());
    expect([judged.n, judged.verdict, judged.code, judged.slices]).toEqual([3, 'send', '', 1]);
    expect(judged.patient).toEqual({ id: 'MRN-4711002', name: 'YAMADA^TARO', date: '20240301' });
    expect(judged.description).toMatchObject({
      kind: 'spect',
      state: 'stress',
      stateFrom: 'SeriesDescription',
    });
    const sealed = new Uint8Array(await engine.sealed(file()));
    expect(latin(sealed)).not.toMatch(/YAMADA|4711002|20240301|1\.2\.3\.4/);
    expect([sealed.length, judged.subject.length]).toEqual([judged.size, 53]);
    expect(judged.examples).toContainEqual({ path: '0010,0010', before: 'YAMADA^TARO', after: '' });
    expect(JSON.stringify(judged.report)).not.toMatch(/YAMADA|4711/);
  });

  it('asks for what the file does not say, and takes the answer', async () => {
    const engine = await openEngine(KEY);
    const silent = file({ 528446: text('LO', 'YAMADA'), 1048608: text('LO', '') });
    expect(await engine.judge(0, silent)).toMatchObject({ verdict: 'ask', code: 'no_patient_id', size: 0 });
    const half = { patientId: 'MRN-4711002' };
    const nobodys = await engine.judge(0, silent);
    const asked = await engine.judge(0, silent, half);
    expect(asked).toMatchObject({ verdict: 'ask', code: 'state_unknown' });
    // What it shows is known without the ID, so that it can be asked for by examination; whose it is, is not.
    const { studyUid, sopUid, description, slices } = asked;
    expect(nobodys).toMatchObject({ subject: '', studyUid, sopUid, description, slices, sha256: '' });
    await expect(engine.sealed(silent, half)).rejects.toThrow(NotSealed);
    const answered = await engine.judge(0, silent, { ...half, state: 'rest', view: 'short_axis' });
    expect(answered).toMatchObject({
      verdict: 'send',
      subject: asked.subject,
      description: { state: 'rest', stateFrom: 'coordinator', view: 'short_axis', viewFrom: 'coordinator' },
    });
  });

  it('asks for no stress or rest in a study that reads none', async () => {
    const silent = file({ 528446: text('LO', 'NAC') });
    const engine = await openEngine(KEY, false);
    expect(await engine.judge(0, silent)).toMatchObject({
      verdict: 'send',
      description: { state: null, corrected: false, correctedBy: '' },
    });
    expect((await engine.sealed(silent)).byteLength).toBeGreaterThan(0);
  });

  it('asks for no patient ID of a file that cannot be used', async () => {
    const engine = await openEngine(KEY);
    const useless = file({ 1048608: text('LO', ''), 2621456: text('US', '\0\0') });
    expect(await engine.judge(0, useless)).toMatchObject({ verdict: 'kept_back' });
  });

  it('shows letters to a person, and blanks them as told', async () => {
    const engine = await openEngine(KEY);
    const lettered = file({ [PIXEL_DATA]: binary('OW', pixels(true)) });
    expect(await engine.judge(0, lettered)).toMatchObject({ verdict: 'look', code: 'burned_in', size: 0 });
    await expect(engine.sealed(lettered)).rejects.toMatchObject({ code: 'burned_in' });
    const shown = engine.frames(lettered);
    expect([shown.rows, shown.columns, shown.count, shown.high]).toEqual([ROWS, COLUMNS, 1, 30_000]);
    const blank = [{ frame: null, left: 2, top: 2, right: 25, bottom: 11 }];
    const sealed = new Uint8Array(await engine.sealed(lettered, { blank }));
    const { root } = readStructure(sealed);
    const values = new Uint16Array(root.get(PIXEL_DATA)?.value.slice().buffer ?? new ArrayBuffer(0));
    expect(Math.max(...values)).toBeLessThan(1000);
    expect([values[2 * COLUMNS + 2], values[10 * COLUMNS + 24], values[10 * COLUMNS + 25]]).toEqual([
      0,
      0,
      expect.any(Number),
    ]);
    expect(latin(sealed)).toContain('113101');
    expect(latin(new Uint8Array(await engine.sealed(lettered, { pixels: 'seen' })))).toContain('pixels=seen');
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'empty'],
    ['no DICOM', new Uint8Array(500), 'not_dicom'],
    ['a secondary capture', file({ 524310: text('UI', '1.2.840.10008.5.1.4.1.1.7') }), 'sop_class'],
    ['a contradiction', file({ 524384: text('CS', 'CT') }), 'contradiction'],
    ['colours', file({ 2621444: text('CS', 'RGB') }), 'colour'],
    ['an impossible matrix', file({ 2621697: short(40) }), 'bad_value'],
    ['a file cut short', file().subarray(0, 900), 'truncated'],
    ['an own name in the pixels', file({ [PIXEL_DATA]: binary('OW', named()) }), 'left_over'],
  ])('keeps back %s', async (_, data, code) => {
    const engine = await openEngine(KEY);
    expect(await engine.judge(0, data)).toMatchObject({ verdict: 'kept_back', code, size: 0, sha256: '' });
    await expect(engine.sealed(data)).rejects.toMatchObject({ code });
  });
});

describe('a sealed file', () => {
  // By CharLS: 12 rows, 16 columns.
  const JPEG_LS =
    '/9j/9wALBwAMABABAREA/9oACAEBAAAAAMYhzAow8ACDRgLIDJQfAAACuAAACuAAACuOnVYAAAVwAAAVwAAAVx06rVqQAAArwAAFFdKyVUqJTVJUUAAAFcrUnWqlmnYpV6NahVngBLWWqtR03SdF0UAAAK79r6z7Y8r91uq3NWsANqzVVqrUdN03STubFFiiv+t+t6r6rVAG1ZqrVVqLUdN01X1f1ftbtbtbtXlWoANqrVWqtUaotRaapyvyvytytyrypypTAP/Z';

  function compressed(): Uint8Array {
    const { root } = readStructure(file({ 2621456: short(12), 2621457: short(16) }));
    const elements = new Map<number, Written>(
      [...root].map(([tag, { vr, value }]): [number, Written] => [tag, binary(vr, value)]),
    );
    elements.delete(PIXEL_DATA);
    const frame = Uint8Array.from(atob(JPEG_LS), (character) => character.charCodeAt(0));
    const encapsulated = { transferSyntax: '1.2.840.10008.1.2.4.80', frames: [frame] };
    return part10(elements, { sopClass: NM, sopUid: '1.2.3.4.5', encapsulated });
  }

  it.each([
    ['plain', file],
    ['compressed', compressed],
  ])('%s is sealed again to the same bytes, and believed with every byte only', async (_, make) => {
    const engine = await openEngine(KEY);
    const once = new Uint8Array(await engine.sealed(make()));
    expect(new Uint8Array(await engine.sealed(once))).toEqual(once);
    const text = latin(once);
    const places = [
      text.indexOf('pixels=unseen') + 7,
      text.indexOf('; seal=') + 20,
      text.indexOf('\x08\x00\x20\x00DA') + 8,
      once.length - 30,
    ];
    for (const at of places) {
      const other = once.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      expect([at, (await engine.judge(0, other)).code]).toEqual([at, 'seal_broken']);
      expect((await engine.judge(0, other, { pixels: 'seen' })).verdict).toBe('kept_back');
    }
  });

  it('of another site is a file like any other', async () => {
    const once = new Uint8Array(await (await openEngine(KEY)).sealed(file()));
    const judged = await (await openEngine(new Uint8Array(32).fill(4))).judge(0, once);
    expect([judged.verdict, latin(once).includes(judged.subject)]).toEqual(['send', false]);
  });
});

describe('any bytes', () => {
  it('get a verdict, and nothing of the patient leaves', async () => {
    const engine = await openEngine(KEY);
    const original = file();
    for (let seed = 1; seed <= 250; seed += 1) {
      const bytes = original.slice(0, seed % 5 ? original.length : (seed * 37) % original.length);
      for (let n = 0; n < 1 + (seed % 4); n += 1)
        bytes[132 + ((Math.imul(seed + n, 2654435761) >>> 8) % Math.max(1, bytes.length - 132))] =
          (seed * 31 + n) & 0xff;
      const { verdict } = await engine.judge(0, bytes);
      expect(['send', 'look', 'ask', 'kept_back']).toContain(verdict);
      if (verdict !== 'send') continue;
      expect(latin(new Uint8Array(await engine.sealed(bytes)))).not.toMatch(/YAMADA|TARO|4711|20240301/);
    }
  }, 60_000);
});

function named(): Uint8Array {
  const values = pixels();
  values.set(new TextEncoder().encode('Yamada^Taro'), 700);
  return values;
}

describe('a worker', () => {
  it('sends a report and its examples once, and nothing but answers', async () => {
    const answers: Answer[] = [];
    let arrived = () => {};
    const take = serve((answer) => {
      answers.push(answer);
      arrived();
    });
    const ask = async (id: number, what: 'judge' | 'sealed', data: Uint8Array) => {
      const waiting = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      take({ id, what, n: id, file: new Blob([data.slice()]) });
      await waiting;
    };
    take({ key: KEY, states: true });
    await ask(1, 'judge', file());
    await ask(2, 'judge', file({ 524312: text('UI', '1.2.3.4.6') }));
    await ask(3, 'sealed', file().subarray(0, 50));
    const [first, second, third] = answers;
    expect(first).toMatchObject({ id: 1, judged: { report: expect.any(Array) } });
    expect(second).toMatchObject({ id: 2, judged: { report: null, examples: [] } });
    expect(third).toEqual({ id: 3, code: 'not_dicom' });
  });
});
