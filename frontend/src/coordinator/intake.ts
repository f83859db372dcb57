/** What the server says before a folder is judged: the site's key, the limits, and what the study collects. */
import { ApiError } from '../shared/api';
import { type Answer, ask } from '../shared/api/client';
import { formatBytes } from '../shared/format';
import { language, t } from '../shared/i18n';
import type { LocalFile } from './folder';
import { loadProcedure } from './review/procedure';

type Terms = Answer<'/api/studies/{study_id}/intake', 'get'>;
type Limits = Terms['limits'];

/** The terms, the key as 32 bytes; it is never kept anywhere. */
export interface Intake extends Omit<Terms, 'key'> {
  key: Uint8Array<ArrayBuffer>;
}

export async function openIntake(
  studyId: string,
  siteId: string | undefined,
  signal: AbortSignal,
): Promise<Intake> {
  const terms = await ask(
    '/api/studies/{study_id}/intake',
    { study_id: studyId },
    { signal, query: siteId ? { site_id: siteId } : {} },
  );
  return { ...terms, key: bytesOf(terms.key) };
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @throws ApiError when this page was loaded before the procedure changed: what it would make is not what the study wants. */
export async function isOfToday({ procedure }: Intake): Promise<void> {
  const own = await loadProcedure();
  if (own.version !== procedure) throw new ApiError(0, 'stale', t('upload.stale'));
}

/** @throws ApiError that says in one sentence what is too much, and what to do. */
export function withinLimits(files: readonly LocalFile[], limits: Limits): void {
  if (files.length > limits.files)
    throw new ApiError(
      0,
      'too_many',
      t('upload.tooMany', { count: files.length, limit: String(limits.files) }),
    );
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > limits.upload_bytes)
    throw new ApiError(
      0,
      'too_large',
      t('upload.tooLarge', {
        size: formatBytes(language(), bytes),
        limit: formatBytes(language(), limits.upload_bytes),
      }),
    );
}
