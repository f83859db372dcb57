import { describe, expect, it } from 'vitest';
import { byFolder, chosen, walk } from './folder';

/** A browser's directory reader gives at most 100 entries a call. */
const BATCH = 100;

function file(name: string): FileSystemEntry {
  const content = new File(['x'], name);
  return {
    isFile: true,
    isDirectory: false,
    name,
    file: (found: (f: File) => void) => found(content),
  } as never;
}

function folder(name: string, entries: FileSystemEntry[]): FileSystemEntry {
  const createReader = () => {
    let from = 0;
    return {
      readEntries: (found: (some: FileSystemEntry[]) => void) => {
        found(entries.slice(from, from + BATCH));
        from += BATCH;
      },
    };
  };
  return { isFile: false, isDirectory: true, name, createReader } as never;
}

describe('a dropped folder', () => {
  it('gives every file of every level with its path', async () => {
    const tree = folder('export', [
      file('notes.txt'),
      folder('patient', [folder('stress', [file('1.dcm')])]),
    ]);
    const paths = (await walk([tree])).map(({ path }) => path);
    expect(paths).toEqual(['export/notes.txt', 'export/patient/stress/1.dcm']);
  });

  it('is read to its end when it holds more than a browser hands over at once', async () => {
    const many = Array.from({ length: 250 }, (_, n) => file(`IM${n}.dcm`));
    expect(await walk([folder('pet', many)])).toHaveLength(250);
  });

  it('is read in the order of its numbers, not of their digits', async () => {
    const found = await walk([folder('pet', [file('IM10.dcm'), file('IM9.dcm')])]);
    expect(found.map(({ path }) => path)).toEqual(['pet/IM9.dcm', 'pet/IM10.dcm']);
  });

  it('leaves out what operating systems put into folders', async () => {
    const litter = ['.DS_Store', '._IM1.dcm', 'Thumbs.db', 'desktop.ini'].map(file);
    expect(await walk([folder('pet', [...litter, file('IM1.dcm')])])).toHaveLength(1);
  });

  it('fails as a whole when a part of it cannot be read', async () => {
    const broken = {
      isFile: true,
      name: 'IM1.dcm',
      file: (_: unknown, no: (e: Error) => void) => no(new Error('gone')),
    } as never;
    await expect(walk([folder('pet', [broken])])).rejects.toThrow('gone');
  });
});

describe('chosen files', () => {
  it('carry their path from the chosen folder down, or their name', () => {
    const inside = new File(['x'], 'a.dcm');
    Object.defineProperty(inside, 'webkitRelativePath', { value: 'export/a.dcm' });
    expect(chosen([inside, new File(['x'], 'b.dcm')]).map(({ path }) => path)).toEqual([
      'b.dcm',
      'export/a.dcm',
    ]);
  });
});

describe('files by folder', () => {
  it('stand together, folders in order, the top first', () => {
    const grouped = byFolder([{ path: 'p2/a' }, { path: 'top' }, { path: 'p10/a' }, { path: 'p2/b' }]);
    expect(grouped.map(({ name, items }) => [name, items.length])).toEqual([
      ['', 1],
      ['p2', 2],
      ['p10', 1],
    ]);
  });
});
