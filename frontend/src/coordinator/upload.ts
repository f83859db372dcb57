/** Uploads by study, from the drop to the verdicts. They live outside the pages: looking at the cases stops nothing. */
import { ApiError, put } from '../shared/api';
import { addressed, ask, tell } from '../shared/api/client';
import type { Upload } from '../shared/api/types';
import { t } from '../shared/i18n';
import { createDeidentifier } from './deidentify/pool';
import type { Looked } from './deidentify/types';
import type { LocalFile } from './folder';
import { type Intake, isOfToday, openIntake, placesOf, withinLimits } from './intake';
import { Pace } from './pace';
import { Batch, type Kept, type Line, type Review } from './review/batch';
import type { Correction } from './review/corrections';
import { type CorrectionMemory, openMemory } from './review/memory';
import { type Failed, isLost, type Parcel, sendAll } from './send';
import { unzipped } from './zip';

export type Phase = 'listing' | 'judging' | 'review' | 'sending' | 'processing' | 'done' | 'failed';

export interface Person {
  name: string;
  id: string;
}

/** How far an upload has come, as the page shows it. */
export interface UploadRun {
  /** Who the n-th file is of, as it says itself: never leaves this browser. */
  people: ReadonlyMap<number, Person>;
  phase: Phase;
  /** Files found, judged or sent in this phase, and the bytes of them. */
  files: { done: number; total: number };
  bytes: { done: number; total: number };
  /** Seconds that this phase may still take; null while nobody can tell. */
  left: number | null;
  /** The connection is gone; sending goes on by itself when it is back. */
  lost: boolean;
  review: Review | null;
  /** Local path of the n-th file: never leaves this browser. */
  names: string[];
  /** Files that were not sent at all, because of what they are. */
  kept: Kept[];
  /** Files whose content the server had already. */
  known: number;
  unsent: { path: string; message: string }[];
  status: Upload | null;
  error: unknown;
}

const POLL_MS = 1000;
/** A page that is drawn more often than this only costs time. */
const DRAW_MS = 150;
const MAX_REPORTS = 200;

interface Conduct {
  abort: AbortController;
  batch: Batch | null;
  intake: Intake | null;
  memory: CorrectionMemory | null;
  drawing: ReturnType<typeof setTimeout> | null;
}

const runs = new Map<string, UploadRun>();
const conducts = new Map<string, Conduct>();
const listeners = new Set<() => void>();

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function runOf(studyId: string): UploadRun | null {
  return runs.get(studyId) ?? null;
}

/** Whether closing the tab now would interrupt something. */
export function isUnderWay(run: UploadRun | null): boolean {
  return run !== null && ['listing', 'judging', 'review', 'sending'].includes(run.phase);
}

function tellAll(): void {
  for (const listener of listeners) listener();
}

function report(studyId: string, change: Partial<UploadRun>): void {
  const run = runs.get(studyId);
  if (!run) return;
  runs.set(studyId, { ...run, ...change });
  tellAll();
}

export function forget(studyId: string): void {
  const conduct = conducts.get(studyId);
  conduct?.abort.abort();
  conduct?.batch?.close();
  if (conduct?.drawing) clearTimeout(conduct.drawing);
  conducts.delete(studyId);
  runs.delete(studyId);
  tellAll();
}

/**
 * Judge a folder and show what would be sent. Nothing leaves before `send`.
 *
 * siteId: only of who coordinates several sites.
 */
export async function begin(studyId: string, listing: Listing, siteId?: string): Promise<void> {
  forget(studyId);
  const conduct: Conduct = {
    abort: new AbortController(),
    batch: null,
    intake: null,
    memory: null,
    drawing: null,
  };
  conducts.set(studyId, conduct);
  runs.set(studyId, {
    phase: 'listing',
    files: { done: 0, total: 0 },
    bytes: { done: 0, total: 0 },
    left: null,
    lost: false,
    review: null,
    names: [],
    people: new Map(),
    kept: [],
    known: 0,
    unsent: [],
    status: null,
    error: null,
  });
  tellAll();
  await guarded(studyId, conduct, () => judgeFolder(studyId, conduct, listing, siteId));
}

/** The files of a drop, with a word now and then on how many were found. */
export type Listing = (onFound: (count: number) => void) => Promise<LocalFile[]>;

/** What fails is shown, unless the person has moved on. */
async function guarded(studyId: string, conduct: Conduct, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!conduct.abort.signal.aborted) report(studyId, { phase: 'failed', error });
  }
}

async function judgeFolder(
  studyId: string,
  conduct: Conduct,
  listing: Listing,
  siteId?: string,
): Promise<void> {
  const { signal } = conduct.abort;
  const draw = throttled(signal);
  const [found, intake] = await Promise.all([
    listing((done) => draw(() => report(studyId, { files: { done, total: 0 } }))).catch(() => {
      throw new ApiError(0, 'unreadable', t('upload.unreadable'));
    }),
    openIntake(studyId, siteId, signal),
  ]);
  signal.throwIfAborted();
  await isOfToday(intake);
  const { files, problems } = await unzipped(found, {
    files: intake.limits.files,
    fileBytes: intake.limits.file_bytes,
    bytes: intake.limits.upload_bytes,
  });
  signal.throwIfAborted();
  if (files.length + problems.length === 0) throw new ApiError(0, 'empty', t('upload.empty'));
  withinLimits(files, intake.limits);
  conduct.intake = intake;
  conduct.memory = await openMemory(`${studyId} ${intake.site.id}`, intake.key);
  conduct.batch = new Batch(
    files,
    problems,
    createDeidentifier(intake.key),
    { kinds: intake.kinds, places: placesOf(intake.kinds) },
    () => redraw(studyId, conduct),
  );
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const pace = new Pace();
  report(studyId, {
    phase: 'judging',
    names: files.map(({ path }) => path),
    files: { done: 0, total: files.length },
    bytes: { done: 0, total },
  });
  await conduct.batch.judge(
    await conduct.memory.load(),
    (done, bytes) => {
      pace.note(done, performance.now());
      draw(() =>
        report(studyId, {
          files: { done, total: files.length },
          bytes: { done: bytes, total },
          left: pace.left(files.length),
        }),
      );
    },
    signal,
  );
  report(studyId, { phase: 'review', left: null, review: conduct.batch.review() });
}

/** At most one drawing in a while, the last one always. */
function throttled(signal: AbortSignal): (drawing: () => void) => void {
  let last = 0;
  let pending: (() => void) | null = null;
  return (drawing) => {
    const now = performance.now();
    if (now - last >= DRAW_MS) {
      last = now;
      pending = null;
      drawing();
    } else if (pending) {
      pending = drawing;
    } else {
      pending = drawing;
      setTimeout(
        () => {
          last = performance.now();
          if (!signal.aborted) pending?.();
          pending = null;
        },
        DRAW_MS - (now - last),
      );
    }
  };
}

function redraw(studyId: string, conduct: Conduct): void {
  if (conduct.drawing || runs.get(studyId)?.phase !== 'review') return;
  conduct.drawing = setTimeout(() => {
    conduct.drawing = null;
    if (runs.get(studyId)?.phase === 'review' && conduct.batch)
      report(studyId, { review: conduct.batch.review() });
  }, DRAW_MS / 3);
}

// --- corrections before sending

function correcting(studyId: string, how: (batch: Batch, signal: AbortSignal) => void): void {
  const conduct = conducts.get(studyId);
  if (!conduct?.batch || runs.get(studyId)?.phase !== 'review') return;
  how(conduct.batch, conduct.abort.signal);
  void conduct.memory?.save(conduct.batch.corrections);
}

export function correct(
  studyId: string,
  keys: readonly string[],
  change: (was: Correction) => Correction,
): void {
  correcting(studyId, (batch, signal) => batch.correct(keys, change, signal));
}

export function looked(studyId: string, numbers: readonly number[], decision: Looked): void {
  correcting(studyId, (batch, signal) => batch.looked(numbers, decision, signal));
}

export function undo(studyId: string): void {
  correcting(studyId, (batch, signal) => batch.undo(signal));
}

export function redo(studyId: string): void {
  correcting(studyId, (batch, signal) => batch.redo(signal));
}

export function framesOf(studyId: string, n: number) {
  const batch = conducts.get(studyId)?.batch;
  if (!batch) throw new Error('There is no folder to look into.');
  return batch.frames(n);
}

// --- sending

/** After a failure: back to what was checked, to send it again without judging it anew. */
export function resume(studyId: string): void {
  const run = runs.get(studyId);
  if (run?.phase === 'failed' && run.review) report(studyId, { phase: 'review', error: null, lost: false });
}

export async function send(studyId: string): Promise<void> {
  const conduct = conducts.get(studyId);
  const run = runs.get(studyId);
  if (!conduct?.batch || run?.phase !== 'review' || run.review?.busy) return;
  await guarded(studyId, conduct, () => sendBatch(studyId, conduct, conduct.batch as Batch));
}

async function sendBatch(studyId: string, conduct: Conduct, batch: Batch): Promise<void> {
  const { signal } = conduct.abort;
  const { lines, reports } = batch.manifest();
  const { id, missing } = await announced(studyId, conduct, lines, reports);
  const lacking = new Set(missing);
  const parcels = parcelsFor(lines, lacking, (n) => batch.sealed(n));
  const total = parcels.reduce((sum, { size }) => sum + size, 0);
  const draw = throttled(signal);
  const pace = new Pace();
  let bytes = 0;
  let files = 0;
  const progress = () => ({
    files: { done: files, total: parcels.length },
    bytes: { done: bytes, total },
    left: pace.left(total),
  });
  report(studyId, {
    phase: 'sending',
    known: lines.filter(({ sha256 }) => !lacking.has(sha256)).length,
    kept: batch.review().kept,
    people: peopleIn(batch.review()),
    ...progress(),
  });
  pace.note(0, performance.now());
  const failed = await sendAll(parcels, {
    signal,
    put: ({ sha256 }, body) =>
      put(addressed('/api/uploads/{upload_id}/blobs/{sha256}', { upload_id: id, sha256 }), body, { signal }),
    wait: untilOnline,
    onConnection: (lost) => {
      if (runs.get(studyId)?.lost !== lost) report(studyId, { lost, left: null });
    },
    onDone: ({ size }) => {
      bytes += size;
      files += 1;
      pace.note(bytes, performance.now());
      draw(() => report(studyId, progress()));
    },
  });
  report(studyId, { ...progress(), left: null, unsent: unsentFiles(lines, failed, batch.files) });
  const stumbled = failed.find(({ error }) => error.status >= 500);
  if (stumbled) throw stumbled.error; // the folder can be dropped again: only what is missing is sent
  await insisting(studyId, signal, () =>
    tell('/api/uploads/{upload_id}/complete', { upload_id: id }, undefined, { signal }),
  );
  report(studyId, { phase: 'processing', review: null });
  batch.close();
  await watch(studyId, id, signal);
}

function peopleIn({ patients }: Review): Map<number, Person> {
  return new Map(
    patients.flatMap(({ name, id, images }) =>
      images.flatMap(({ files }) => files.map((n): [number, Person] => [n, { name, id }])),
    ),
  );
}

async function announced(
  studyId: string,
  { abort: { signal }, intake }: Conduct,
  lines: readonly Line[],
  reports: ReturnType<Batch['manifest']>['reports'],
) {
  // Beyond the server's bound the reports are left to the server, which makes its own of every file anyway.
  const few = reports.size <= MAX_REPORTS;
  return insisting(studyId, signal, () =>
    tell(
      '/api/studies/{study_id}/uploads',
      { study_id: studyId },
      {
        door: 'browser',
        files: lines.map(({ report: digest, ...line }) => (few ? { ...line, report: digest } : line)),
        procedure: intake?.procedure ?? '',
        reports: few
          ? Object.fromEntries([...reports].map(([digest, entries]) => [digest, [...entries]]))
          : {},
        site_id: intake?.site.id ?? null,
      },
      { signal },
    ),
  );
}

/** Ask until an answer comes: a lost connection is waited for. */
async function insisting<A>(studyId: string, signal: AbortSignal, request: () => Promise<A>): Promise<A> {
  for (let pause = 500; ; pause = Math.min(8000, pause * 2)) {
    try {
      const answer = await request();
      if (runs.get(studyId)?.lost) report(studyId, { lost: false });
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isLost(error)) throw error;
      report(studyId, { lost: true, left: null });
      await untilOnline(pause);
      signal.throwIfAborted();
    }
  }
}

/** The verdicts, as they come; a short loss of the connection is sat out. */
async function watch(studyId: string, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      const status = await ask('/api/uploads/{upload_id}', { upload_id: id }, { signal });
      if (runs.get(studyId)?.status !== status || runs.get(studyId)?.lost)
        report(studyId, { status, lost: false, phase: status.state === 'done' ? 'done' : 'processing' });
      if (status.state === 'done') return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError && (isLost(error) || error.status >= 500))) throw error;
      report(studyId, { lost: isLost(error) });
    }
    await wait(POLL_MS);
    signal.throwIfAborted();
  }
}

/** Each content once, and only what the server lacks. */
export function parcelsFor(
  lines: readonly Line[],
  missing: ReadonlySet<string>,
  sealed: (n: number) => Promise<ArrayBuffer>,
): Parcel[] {
  const parcels = new Map<string, Parcel>();
  for (const { n, size, sha256 } of lines) {
    if (missing.has(sha256) && !parcels.has(sha256))
      parcels.set(sha256, { sha256, size, body: () => readAgain(() => sealed(n)) });
  }
  return [...parcels.values()];
}

async function readAgain(sealed: () => Promise<ArrayBuffer>): Promise<ArrayBuffer> {
  try {
    return await sealed();
  } catch {
    throw new ApiError(0, 'unreadable', t('upload.vanished'));
  }
}

function unsentFiles(lines: readonly Line[], failed: readonly Failed[], files: readonly LocalFile[]) {
  const reasons = new Map(failed.map(({ sha256, error }) => [sha256, error.message]));
  return lines.flatMap(({ n, sha256 }) => {
    const message = reasons.get(sha256);
    return message === undefined ? [] : [{ path: files[n]?.path ?? '', message }];
  });
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A pause that ends early when the browser says that the network is back. */
function untilOnline(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      window.removeEventListener('online', done);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener('online', done);
  });
}
