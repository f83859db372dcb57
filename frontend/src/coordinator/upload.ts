import { ApiError, put } from '../shared/api';
import { addressed, ask, tell } from '../shared/api/client';
import type { Upload } from '../shared/api/types';
import type { LocalFile } from './folder';
import { type Failed, type Parcel, sendAll } from './send';

/** How far an upload has come, as the page shows it. */
export interface UploadRun {
  phase: 'reading' | 'sending' | 'processing' | 'done' | 'failed';
  /** Local path of the n-th file: never leaves this browser. */
  names: string[];
  files: { done: number; total: number };
  bytes: { done: number; total: number };
  /** Files whose content the server had already. */
  known: number;
  unsent: { path: string; message: string }[];
  status: Upload | null;
  error: unknown;
}

const POLL_MS = 1000;

type Report = (change: Partial<UploadRun>) => void;

const started = (files: readonly LocalFile[]): UploadRun => ({
  phase: 'reading',
  names: files.map(({ path }) => path),
  files: { done: 0, total: files.length },
  bytes: { done: 0, total: 0 },
  known: 0,
  unsent: [],
  status: null,
  error: null,
});

/** Runs by study. They live outside the pages: going to look at the cases does not stop the sending. */
const runs = new Map<string, UploadRun>();
const aborts = new Map<string, AbortController>();
const listeners = new Set<() => void>();

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function runOf(studyId: string): UploadRun | null {
  return runs.get(studyId) ?? null;
}

export function isSending(run: UploadRun | null): boolean {
  return run?.phase === 'reading' || run?.phase === 'sending';
}

function set(studyId: string, run: UploadRun | null): void {
  if (run) runs.set(studyId, run);
  else runs.delete(studyId);
  for (const listener of listeners) listener();
}

export function forget(studyId: string): void {
  aborts.get(studyId)?.abort();
  aborts.delete(studyId);
  set(studyId, null);
}

export async function begin(studyId: string, files: readonly LocalFile[]): Promise<void> {
  forget(studyId);
  const abort = new AbortController();
  aborts.set(studyId, abort);
  set(studyId, started(files));
  const report: Report = (change) => {
    const run = runs.get(studyId);
    if (run && !abort.signal.aborted) set(studyId, { ...run, ...change });
  };
  try {
    await conduct(studyId, files, report, abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) report({ phase: 'failed', error });
  }
}

async function conduct(
  studyId: string,
  files: readonly LocalFile[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const digests: string[] = [];
  for (const { file } of files) {
    signal.throwIfAborted();
    digests.push(await sha256(await file.arrayBuffer()));
    report({ files: { done: digests.length, total: files.length } });
  }
  const manifest = files.map(({ file }, n) => ({ n, size: file.size, sha256: digests[n] ?? '' }));
  const { id, missing } = await tell(
    '/api/studies/{study_id}/uploads',
    { study_id: studyId },
    { files: manifest },
    { signal },
  );

  const parcels = parcelsFor(files, digests, new Set(missing));
  const total = parcels.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let sent = 0;
  report({
    phase: 'sending',
    known: files.length - parcels.length,
    files: { done: 0, total: parcels.length },
    bytes: { done: 0, total },
  });
  const failed = await sendAll(parcels, {
    signal,
    put: ({ sha256: digest }, body) =>
      put(addressed('/api/uploads/{upload_id}/blobs/{sha256}', { upload_id: id, sha256: digest }), body, {
        signal,
      }),
    wait,
    onDone: ({ size }) => {
      done += size;
      sent += 1;
      report({ files: { done: sent, total: parcels.length }, bytes: { done, total } });
    },
  });
  report({ unsent: unsentFiles(files, digests, failed) });
  const lost = failed.find(({ error }) => error.status === 0 || error.status >= 500);
  if (lost) throw lost.error; // the folder can be dropped again: only what is missing is sent

  await tell('/api/uploads/{upload_id}/complete', { upload_id: id }, undefined, { signal });
  report({ phase: 'processing' });
  for (;;) {
    const status = await look(id, signal);
    if (status) {
      report({ status, phase: status.state === 'done' ? 'done' : 'processing' });
      if (status.state === 'done') return;
    }
    await wait(POLL_MS);
    signal.throwIfAborted();
  }
}

/** The state on the server; a short loss of the connection is sat out. */
async function look(id: string, signal: AbortSignal): Promise<Upload | null> {
  try {
    return await ask('/api/uploads/{upload_id}', { upload_id: id }, { signal });
  } catch (error) {
    if (error instanceof ApiError && (error.status === 0 || error.status >= 500)) return null;
    throw error;
  }
}

/** Each content once, and only what the server lacks. */
export function parcelsFor(
  files: readonly LocalFile[],
  digests: readonly string[],
  missing: ReadonlySet<string>,
): Parcel[] {
  const parcels = new Map<string, Parcel>();
  files.forEach(({ file }, n) => {
    const digest = digests[n];
    if (!digest || !missing.has(digest)) return;
    parcels.set(digest, { sha256: digest, size: file.size, body: () => file.arrayBuffer() });
  });
  return [...parcels.values()];
}

function unsentFiles(files: readonly LocalFile[], digests: readonly string[], failed: readonly Failed[]) {
  const reasons = new Map(failed.map(({ sha256: digest, error }) => [digest, error.message]));
  return files.flatMap(({ path }, n) => {
    const message = reasons.get(digests[n] ?? '');
    return message === undefined ? [] : [{ path, message }];
  });
}

/** The browser computes this outside the page's thread. */
export async function sha256(data: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
