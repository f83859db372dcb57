/** Uploads by study, from the drop to the sending. They live outside the pages: looking at the cases stops nothing. */
import { ApiError } from '../shared/api';
import { t } from '../shared/i18n';
import { createDeidentifier } from './deidentify/pool';
import type { Looked } from './deidentify/types';
import { sendBatch } from './deliver';
import type { LocalFile } from './folder';
import { isOfToday, openIntake, withinLimits } from './intake';
import { Pace } from './pace';
import { Batch } from './review/batch';
import type { Correction } from './review/corrections';
import { organIn } from './review/grouping';
import { openMemory } from './review/memory';
import { type Conduct, conducts, DRAW_MS, putRun, report, runOf, throttled } from './run';
import { unzipped } from './zip';

export function forget(studyId: string): void {
  const conduct = conducts.get(studyId);
  conduct?.abort.abort();
  conduct?.sending.abort();
  conduct?.batch?.close();
  if (conduct?.drawing) clearTimeout(conduct.drawing);
  conducts.delete(studyId);
  putRun(studyId, null);
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
    sending: new AbortController(),
    batch: null,
    intake: null,
    memory: null,
    drawing: null,
  };
  conducts.set(studyId, conduct);
  putRun(studyId, {
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
  await guarded(studyId, conduct.abort.signal, () => judgeFolder(studyId, conduct, listing, siteId));
}

/** The files of a drop, with a word now and then on how many were found. */
export type Listing = (onFound: (count: number) => void) => Promise<LocalFile[]>;

/** What fails is shown, unless the person has moved on. */
async function guarded(studyId: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) report(studyId, { phase: 'failed', error });
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
  const places = intake.places.map(({ image_set: set, state }) => ({ set, state }));
  conduct.batch = new Batch(
    files,
    problems,
    createDeidentifier(intake.key, organIn(places) === 'heart'),
    { kinds: intake.kinds, places, fileBytes: intake.limits.file_bytes },
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
function redraw(studyId: string, conduct: Conduct): void {
  if (conduct.drawing || runOf(studyId)?.phase !== 'review') return;
  conduct.drawing = setTimeout(() => {
    conduct.drawing = null;
    if (runOf(studyId)?.phase === 'review' && conduct.batch)
      report(studyId, { review: conduct.batch.review() });
  }, DRAW_MS / 3);
}

// --- corrections before sending

function correcting(studyId: string, how: (batch: Batch, signal: AbortSignal) => void): void {
  const conduct = conducts.get(studyId);
  if (!conduct?.batch || runOf(studyId)?.phase !== 'review') return;
  how(conduct.batch, conduct.abort.signal);
  report(studyId, { review: conduct.batch.review() }); // at once: a box that is ticked must not jump back
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
  const run = runOf(studyId);
  if (run?.phase === 'failed' && run.review) report(studyId, { phase: 'review', error: null, lost: false });
}

export async function send(studyId: string): Promise<void> {
  const conduct = conducts.get(studyId);
  const run = runOf(studyId);
  if (!conduct?.batch || run?.phase !== 'review' || run.review?.busy) return;
  const { batch } = conduct;
  conduct.sending = new AbortController();
  await guarded(studyId, conduct.sending.signal, () => sendBatch(studyId, conduct, batch));
}

/** Stop sending, or stop altogether when nothing is being sent yet. */
export function stop(studyId: string): void {
  const run = runOf(studyId);
  if (run?.phase !== 'sending' || !run.review) {
    forget(studyId);
    return;
  }
  conducts.get(studyId)?.sending.abort();
  report(studyId, { phase: 'review', lost: false, left: null });
}
