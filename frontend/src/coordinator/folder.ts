/**
 * The files of a dropped or chosen folder. Names and paths stay in this browser: hospitals write patients' names
 * into them, and the server only ever hears of the n-th file.
 */

export interface LocalFile {
  /** From the chosen folder down, for the coordinator's eyes only. */
  path: string;
  /** In bytes, as the folder or the archive states it. */
  size: number;
  /** The content; of a file in an archive it is unpacked at each call, so that nothing big is kept. */
  open: () => Promise<Blob>;
}

/** What operating systems leave lying in folders; nobody wants to read that these were refused. */
const LITTER = /(^|\/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;

/** Every file under the dropped entries, in the order of their paths. */
export async function walk(
  entries: readonly FileSystemEntry[],
  onFound: (count: number) => void = () => {},
): Promise<LocalFile[]> {
  const found: LocalFile[] = [];
  for (const entry of entries) await visit(entry, '', found, onFound);
  return tidy(found);
}

/** The files of an `<input webkitdirectory>` or `<input multiple>`. */
export function chosen(files: Iterable<File>): LocalFile[] {
  return tidy([...files].map((file) => onDisk(file.webkitRelativePath || file.name, file)));
}

function onDisk(path: string, file: File): LocalFile {
  return { path, size: file.size, open: () => Promise.resolve(file) };
}

async function visit(
  entry: FileSystemEntry,
  above: string,
  found: LocalFile[],
  onFound: (count: number) => void,
): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push(onDisk(path, file));
    onFound(found.length);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A browser hands over at most 100 entries a call and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return;
    await Promise.all(some.map((below) => visit(below, `${path}/`, found, onFound)));
  }
}

/** Without litter, in the order of the numbers in their paths: the same folder gives the same list again. */
export function tidy(files: LocalFile[]): LocalFile[] {
  const order = new Intl.Collator('en', { numeric: true });
  return files.filter(({ path }) => !LITTER.test(path)).sort((a, b) => order.compare(a.path, b.path));
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
