import { describe, expect, it } from 'vitest';
import document from '../../../../tests/reader_study/intake/vectors/files/vectors.json';
import { line, seriesDescription } from './describe';
import { Pseudonyms } from './pseudonyms';
import { deidentify } from './rebuild';
import { readStructure } from './structure';
import { encodings } from './text';
import { latin } from './tree';
import type { Answers } from './types';
import { leftOver } from './verify';

/** What the server's own stage 1 makes of files with invented identifiers in every place that could hold one. */
interface Vector {
  name: string;
  input: string;
  answers: Answers;
  needles: string[];
  code: string;
  sealed?: string;
  subject?: string;
  description?: string;
  uids?: string[];
  slices?: number;
  was_sealed?: boolean;
  report?: [path: string, action: string, reason: string][];
  report_digest?: string;
}

const files = import.meta.glob('../../../../tests/reader_study/intake/vectors/files/*.dcm', {
  query: '?url&inline',
  import: 'default',
}) as Record<string, () => Promise<string>>;
const vectors = document.vectors as unknown as Vector[];
const key = Uint8Array.from(document.key.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

async function bytesOf(name: string): Promise<Uint8Array> {
  const load = files[`../../../../tests/reader_study/intake/vectors/files/${name}`];
  const content = (await load?.())?.split(',')[1] ?? '';
  return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
}

/** Where two files part; -1 if they are the same. */
function difference(one: Uint8Array, other: Uint8Array): number {
  const length = Math.max(one.length, other.length);
  for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return at;
  return -1;
}

describe('the vectors of the procedure', () => {
  it.each(vectors.map((vector): [string, Vector] => [vector.name, vector]))('%s', async (_, vector) => {
    const pseudonyms = await Pseudonyms.of(key);
    const structure = readStructure(await bytesOf(vector.input));
    const making = deidentify(structure, pseudonyms, vector.answers);
    if (vector.code) {
      await expect(making).rejects.toMatchObject({ code: vector.code });
      return;
    }
    const made = await making;
    expect(difference(made.data, await bytesOf(vector.sealed ?? ''))).toBe(-1);
    expect(line(made.description)).toBe(vector.description);
    expect([made.subject.token, made.slices, made.wasSealed]).toEqual([
      vector.subject,
      vector.slices,
      vector.was_sealed,
    ]);
    expect([made.studyUid, made.seriesUid, made.sopUid]).toEqual(vector.uids);
    expect(made.report.entries.map(({ path, action, reason }) => [path, action, reason])).toEqual(
      vector.report,
    );
    expect(await made.report.digest()).toBe(vector.report_digest);

    const result = latin(made.data).toLowerCase();
    const found = vector.needles.filter((needle) =>
      encodings(needle.toLowerCase()).some((bytes) => bytes.length >= 5 && result.includes(latin(bytes))),
    );
    expect(found).toEqual([]);

    const { subject, wasSealed } = made;
    const ownWords = [subject.token, made.line, seriesDescription(made.description)];
    const days = wasSealed ? 0 : subject.days;
    expect(await leftOver(structure, made.data, { pseudonyms, days, wasSealed, ownWords })).toEqual([]);

    const again = await deidentify(readStructure(made.data), pseudonyms); // sealed once, it stays what it is
    expect([difference(again.data, made.data), again.wasSealed]).toEqual([-1, true]);
  });
});
