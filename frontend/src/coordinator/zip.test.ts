import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { describe, expect, it } from 'vitest';
import type { LocalFile } from './folder';
import { type Bounds, unzipped } from './zip';

const BOUNDS: Bounds = { files: 100, fileBytes: 1 << 20, bytes: 1 << 22 };
const plain = (path: string, content: Blob = new Blob(['x'])): LocalFile => ({
  path,
  size: content.size,
  open: async () => content,
});

async function archive(members: Record<string, string | Uint8Array>, password?: string): Promise<Blob> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, password });
  for (const [name, content] of Object.entries(members)) {
    const reader = typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content);
    await writer.add(name, reader);
  }
  return writer.close();
}

describe('an archive in the folder', () => {
  it('gives way to its files, each unpacked when it is asked for', async () => {
    const zip = plain('export/p1.zip', await archive({ 'stress/1.dcm': 'one', 'rest/2.dcm': 'two' }));
    const { files, problems } = await unzipped([plain('export/a.dcm'), zip], BOUNDS);
    expect(problems).toEqual([]);
    expect(files.map(({ path }) => path)).toEqual([
      'export/a.dcm',
      'export/p1.zip/stress/1.dcm',
      'export/p1.zip/rest/2.dcm',
    ]);
    expect(await (await files[2]?.open())?.text()).toBe('two');
    expect(await (await files[2]?.open())?.text()).toBe('two');
  });

  it('is named as a problem when it is none, and the rest of the folder goes on', async () => {
    const broken = plain('broken.zip', new Blob(['PK no more']));
    const { files, problems } = await unzipped([broken, plain('a.dcm')], BOUNDS);
    expect(files.map(({ path }) => path)).toEqual(['a.dcm']);
    expect(problems).toEqual([{ path: 'broken.zip', size: 10, code: 'zip_unreadable' }]);
  });

  it('with a password is not opened', async () => {
    const { files, problems } = await unzipped(
      [plain('p.zip', await archive({ 'a.dcm': 'x' }, 'secret'))],
      BOUNDS,
    );
    expect(files).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['zip_encrypted']);
  });

  it('may not hold another archive', async () => {
    const inner = new Uint8Array(await (await archive({ 'a.dcm': 'x' })).arrayBuffer());
    const { files, problems } = await unzipped(
      [plain('p.zip', await archive({ 'inner.zip': inner, 'b.dcm': 'x' }))],
      BOUNDS,
    );
    expect(files.map(({ path }) => path)).toEqual(['p.zip/b.dcm']);
    expect(problems).toMatchObject([{ path: 'p.zip/inner.zip', code: 'zip_nested' }]);
  });

  it('that would swell to a multiple is not unpacked', async () => {
    const { problems } = await unzipped(
      [plain('p.zip', await archive({ 'a.dcm': new Uint8Array(1 << 20) }))],
      BOUNDS,
    );
    expect(problems.map(({ code }) => code)).toEqual(['zip_ratio']);
  });

  it('with a file beyond the limit loses that file only', async () => {
    const noise = crypto.getRandomValues(new Uint8Array(3000));
    const { files, problems } = await unzipped(
      [plain('p.zip', await archive({ 'big.dcm': noise, 'a.dcm': 'x' }))],
      { ...BOUNDS, fileBytes: 2000 },
    );
    expect(files.map(({ path }) => path)).toEqual(['p.zip/a.dcm']);
    expect(problems).toMatchObject([{ path: 'p.zip/big.dcm', code: 'zip_too_large' }]);
  });

  it('with too many files is refused as a whole', async () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`${n}.dcm`, 'x']));
    const { files, problems } = await unzipped([plain('p.zip', await archive(many))], {
      ...BOUNDS,
      files: 10,
    });
    expect(files).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['zip_too_many']);
  });

  it('whose files share bytes is refused as a whole', async () => {
    const zip = new Uint8Array(await (await archive({ 'a.dcm': 'same', 'b.dcm': 'same' })).arrayBuffer());
    const { problems } = await unzipped([plain('p.zip', new Blob([overlapping(zip)]))], BOUNDS);
    expect(problems.map(({ code }) => code)).toEqual(['zip_overlap']);
  });

  it('that lies about the size of a file is found out when the file is unpacked', async () => {
    const zip = new Uint8Array(await (await archive({ 'a.dcm': 'twelve bytes' })).arrayBuffer());
    const central = positions(zip, 0x02014b50)[0] ?? 0;
    new DataView(zip.buffer).setUint32(central + 24, 3, true);
    const { files } = await unzipped([plain('p.zip', new Blob([zip]))], BOUNDS);
    await expect(files[0]?.open()).rejects.toThrow(/zip_/);
  });
});

function positions(zip: Uint8Array<ArrayBuffer>, signature: number): number[] {
  const view = new DataView(zip.buffer);
  const found: number[] = [];
  for (let at = 0; at + 4 <= zip.length; at += 1) if (view.getUint32(at, true) === signature) found.push(at);
  return found;
}

/** The second record of the central directory points to the first one's bytes. */
function overlapping(zip: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const second = positions(zip, 0x02014b50)[1] ?? 0;
  new DataView(zip.buffer).setUint32(second + 42, 0, true);
  return zip;
}
