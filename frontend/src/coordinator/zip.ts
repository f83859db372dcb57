/**
 * Archives in a dropped folder. What a zip states about itself may be a lie, so everything is bounded before and
 * while it is read; nothing is ever written to a disk, so a member's name is only something to show.
 */
import type { Entry, FileEntry } from '@zip.js/zip.js';
import type { LocalFile } from './folder';

/** Why an archive, or one file in it, is not opened. */
export type ZipCode =
  | 'zip_unreadable'
  | 'zip_encrypted'
  | 'zip_too_many'
  | 'zip_too_large'
  | 'zip_ratio'
  | 'zip_overlap'
  | 'zip_nested';

export interface ZipProblem {
  path: string;
  size: number;
  code: ZipCode;
}

export interface Bounds {
  /** Files of all archives of a drop together. */
  files: number;
  /** Bytes of one file. */
  fileBytes: number;
  /** Bytes of all files together. */
  bytes: number;
}

/** Bytes a byte of an archive may become; images of the body come to about 4, empty ones to 100. */
const MAX_RATIO = 200;
const ZIP = /\.zip$/i;

export class ZipRefused extends Error {
  constructor(readonly code: ZipCode) {
    super(code);
    this.name = 'ZipRefused';
  }
}

/** The archives among the files give way to the files in them. */
export async function unzipped(
  files: readonly LocalFile[],
  bounds: Bounds,
): Promise<{ files: LocalFile[]; problems: ZipProblem[] }> {
  const found: LocalFile[] = [];
  const problems: ZipProblem[] = [];
  for (const file of files) {
    if (!ZIP.test(file.path)) {
      found.push(file);
      continue;
    }
    try {
      const inside = await members(file, {
        ...bounds,
        files: bounds.files - found.length,
        bytes: bounds.bytes - found.reduce((sum, { size }) => sum + size, 0),
      });
      found.push(...inside.files);
      problems.push(...inside.problems);
    } catch (error) {
      problems.push({ path: file.path, size: file.size, code: codeOf(error) });
    }
  }
  return { files: found, problems };
}

/** The reader is loaded when somebody drops an archive, and not before. */
const reading = () => import('@zip.js/zip.js/lib/zip-core-native.js');

async function members(
  archive: LocalFile,
  bounds: Bounds,
): Promise<{ files: LocalFile[]; problems: ZipProblem[] }> {
  const { BlobReader, ZipReader } = await reading();
  const content = await archive.open();
  const reader = new ZipReader(new BlobReader(content), { useWebWorkers: false });
  const files: LocalFile[] = [];
  const problems: ZipProblem[] = [];
  const spans: [from: number, to: number][] = [];
  let total = 0;
  for await (const entry of reader.getEntriesGenerator()) {
    if (entry.directory) continue;
    if (files.length + problems.length >= bounds.files) throw new ZipRefused('zip_too_many');
    const path = `${archive.path}/${entry.filename}`;
    const size = entry.uncompressedSize;
    const code = problemOf(entry, bounds);
    if (code) {
      problems.push({ path, size, code });
      continue;
    }
    total += size;
    if (total > bounds.bytes) throw new ZipRefused('zip_too_large');
    spans.push([entry.offset, entry.offset + entry.compressedSize]);
    files.push({ path, size, open: () => unpack(entry, bounds.fileBytes) });
  }
  if (overlap(spans)) throw new ZipRefused('zip_overlap');
  return { files, problems };
}

function problemOf(entry: Entry, bounds: Bounds): ZipCode | null {
  if (entry.encrypted) return 'zip_encrypted';
  if (ZIP.test(entry.filename)) return 'zip_nested';
  if (entry.uncompressedSize > bounds.fileBytes) return 'zip_too_large';
  if (entry.uncompressedSize > MAX_RATIO * Math.max(1, entry.compressedSize)) return 'zip_ratio';
  return null;
}

/** Members that share bytes are the sign of a zip bomb. */
function overlap(spans: [from: number, to: number][]): boolean {
  const ordered = spans.toSorted(([a], [b]) => a - b);
  return ordered.some(([, to], n) => to > (ordered[n + 1]?.[0] ?? Number.POSITIVE_INFINITY));
}

/** @throws ZipRefused when more comes out than was stated, or something else. */
async function unpack(entry: FileEntry, limit: number): Promise<Blob> {
  const parts: BlobPart[] = [];
  let length = 0;
  const most = Math.min(limit, entry.uncompressedSize);
  const counted = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(part) {
      length += part.byteLength;
      if (length > most) throw new ZipRefused('zip_too_large');
      parts.push(part.slice());
    },
  });
  try {
    await entry.getData(counted, { useWebWorkers: false, checkSignature: true, checkOverlappingEntry: true });
  } catch (error) {
    throw new ZipRefused(codeOf(error));
  }
  return new Blob(parts);
}

function codeOf(error: unknown): ZipCode {
  return error instanceof ZipRefused ? error.code : 'zip_unreadable';
}
