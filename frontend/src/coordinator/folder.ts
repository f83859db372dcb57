/**
 * The files of a dropped or chosen folder. Names and paths stay in this browser: hospitals write patients' names
 * into them, and the server only ever hears of the n-th file.
 */

export interface LocalFile {
  /** From the chosen folder down, for the coordinator's eyes only. */
  path: string;
  file: File;
}

/** What operating systems leave lying in folders; nobody wants to read that these were refused. */
const LITTER = /(^|\/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;

/** Every file under the dropped entries, in the order of their paths. */
export async function walk(entries: readonly FileSystemEntry[]): Promise<LocalFile[]> {
  const found: LocalFile[] = [];
  for (const entry of entries) await visit(entry, '', found);
  return tidy(found);
}

/** The files of an `<input webkitdirectory>` or `<input multiple>`. */
export function chosen(files: Iterable<File>): LocalFile[] {
  return tidy([...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

async function visit(entry: FileSystemEntry, above: string, found: LocalFile[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A browser hands over at most 100 entries a call and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return;
    for (const below of some) await visit(below, `${path}/`, found);
  }
}

function tidy(files: LocalFile[]): LocalFile[] {
  return files
    .filter(({ path }) => !LITTER.test(path))
    .sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}

export interface Folder<Item> {
  name: string;
  items: Item[];
}

/** Items by the folder their path lies in, folders in order of their paths; '' is the top. */
export function byFolder<Item extends { path: string }>(items: readonly Item[]): Folder<Item>[] {
  const folders = new Map<string, Item[]>();
  for (const item of items) {
    const name = item.path.slice(0, Math.max(0, item.path.lastIndexOf('/')));
    const known = folders.get(name);
    if (known) known.push(item);
    else folders.set(name, [item]);
  }
  return [...folders]
    .map(([name, own]) => ({ name, items: own }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}
