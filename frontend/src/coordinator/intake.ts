/** What the server says before a folder is judged: the site's key, the limits, and what the study collects. */
import { ApiError, get } from '../shared/api';
import { addressed } from '../shared/api/client';
import type { Site } from '../shared/api/types';
import { formatBytes } from '../shared/format';
import { language, t } from '../shared/i18n';
import type { LocalFile } from './folder';
import { STATES } from './images';
import type { Place } from './review/grouping';

export interface Limits {
  file_bytes: number;
  files: number;
  upload_bytes: number;
}

export interface Intake {
  /** Version of the procedure. */
  procedure: string;
  /** 32 bytes; never kept anywhere. */
  key: Uint8Array<ArrayBuffer>;
  site: Site;
  limits: Limits;
  /** Kinds of image that the protocol collects. */
  kinds: string[];
}

export async function openIntake(
  studyId: string,
  siteId: string | undefined,
  signal: AbortSignal,
): Promise<Intake> {
  const answer = await get<Omit<Intake, 'key'> & { key: string }>(
    addressed('/api/studies/{study_id}/intake', { study_id: studyId }, siteId ? { site_id: siteId } : {}),
    { signal },
  );
  return { ...answer, key: bytesOf(answer.key) };
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
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

/** What a site has to send for each case; every protocol reads stress and rest. */
export function placesOf(kinds: readonly string[]): Place[] {
  return (['spect', 'pet'] as const)
    .filter((set) => kinds.includes(set))
    .flatMap((set) => STATES.map((state) => ({ set, state })));
}
