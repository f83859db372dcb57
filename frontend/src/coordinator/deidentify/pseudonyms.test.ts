import { describe, expect, it } from 'vitest';
import { Pseudonyms, shifted } from './pseudonyms';

const KEY = Uint8Array.from({ length: 32 }, (_, n) => n);
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** What the server's own module makes of the same inputs with the same key. */
describe('pseudonyms', () => {
  it.each([
    [' 0012-34 \0', 'SUBJ-79ef3fb4b9fde19c3005c0ef442ed306c138e150bbd2f67d', 3179],
    ['', 'SUBJ-ba2410726edfa727efba837acedcaf53f15f6421fd4ab28e', 3050],
    ['MRN\x1b$B;3ED\x1b(B', 'SUBJ-f31726eaddbcd41e6314c04a287b3e85d92fbcfb5dddec04', 3440],
    ['\xff\xfe1', 'SUBJ-accbb9bbb9f3476e2991054d7be668e060aab5f17500172d', 334],
  ])('name a patient as the server does: %j', async (id, token, days) => {
    const subject = await (await Pseudonyms.of(KEY)).subject(bytes(id));
    expect([subject.token, subject.days]).toEqual([token, days]);
  });

  it.each([
    ['1.2.840.113619.2.55.3.1', '2.25.249885210903416162025753038381213376953'],
    ['1.2.3', '2.25.323208961630152148644988515747554149895'],
    ['2.25.1', '2.25.331022514444956123470324965430751569769'],
    ['2.25.999999999999999999999999999999999999999', '2.25.39689053065135322092545070167437551226'],
  ])('replace a UID as the server does, and only once: %s', async (uid, own) => {
    const pseudonyms = await Pseudonyms.of(KEY);
    expect(await pseudonyms.uid(uid)).toBe(own);
    expect(await pseudonyms.uid(own)).toBe(own);
    expect(pseudonyms.made(uid)).toBe(own);
    expect([await pseudonyms.isOwnUid(uid), await pseudonyms.isOwnUid(own)]).toEqual([false, true]);
    const other = await Pseudonyms.of(new Uint8Array(32));
    expect(await other.isOwnUid(own)).toBe(false);
  });

  it('know the own token, and no other', async () => {
    const pseudonyms = await Pseudonyms.of(KEY);
    const token = 'SUBJ-79ef3fb4b9fde19c3005c0ef442ed306c138e150bbd2f67d';
    expect((await pseudonyms.subjectOf(token))?.token).toBe(token);
    for (const other of ['', 'SUBJ-1', token.toUpperCase(), `${token} `, token.replace('79ef', '79ee')])
      expect(await pseudonyms.subjectOf(other)).toBeNull();
  });
});

describe('a date', () => {
  it.each([
    ['20240229', ['20240228', '20240101', '20140303']],
    ['2023.11.24', ['20231123', '20230926', '20131126']],
    ['20240301120000.5+0900', ['20240229120000.5+0900', '20240102120000.5+0900', '20140304120000.5+0900']],
    ['00010105', ['00010104', null, null]],
    ['99991231', ['99991230', '99991102', '99900102']],
    ['20230229', [null, null, null]],
    ['20240000', [null, null, null]],
    ['2024', [null, null, null]],
    ['20240301Z', [null, null, null]],
  ])('goes back with its time kept, or is none: %s', (text, moved) => {
    expect([1, 59, 3650].map((days) => shifted(text, days))).toEqual(moved);
  });
});
