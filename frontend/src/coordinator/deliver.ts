/** From the check to the verdicts: the manifest, what the server lacks, and what became of every file. */
import { ApiError, put } from '../shared/api';
import { addressed, ask, tell } from '../shared/api/client';
import { t } from '../shared/i18n';
import type { LocalFile } from './folder';
import { Pace } from './pace';
import type { Batch, Line, Review } from './review/batch';
import { type Conduct, type Person, report, runOf, throttled } from './run';
import { type Failed, isLost, type Parcel, sendAll } from './send';

const POLL_MS = 1000;
const MAX_REPORTS = 200;
const MAX_ENTRIES = 2000;

export async function sendBatch(studyId: string, conduct: Conduct, batch: Batch): Promise<void> {
  const { signal } = conduct.sending;
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
      if (!signal.aborted && runOf(studyId)?.lost !== lost) report(studyId, { lost, left: null });
    },
    onDone: ({ size }) => {
      bytes += size;
      files += 1;
      pace.note(bytes, performance.now());
      if (!signal.aborted) draw(() => report(studyId, progress()));
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
  { sending: { signal }, intake }: Conduct,
  lines: readonly Line[],
  reports: ReturnType<Batch['manifest']>['reports'],
) {
  // Beyond the server's bound the reports are left to the server, which makes its own of every file anyway.
  const few =
    reports.size <= MAX_REPORTS && [...reports.values()].every(({ length }) => length <= MAX_ENTRIES);
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
      if (runOf(studyId)?.lost) report(studyId, { lost: false });
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
      if (runOf(studyId)?.status !== status || runOf(studyId)?.lost)
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
