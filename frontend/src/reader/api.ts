/** The reading API: everything a reader's browser ever receives. */
import { ApiError, bytes, get, post } from '../shared/api';
import { t } from '../shared/i18n';
import type { StateName } from './heart/segments';
import type { Draft, FieldValue, ReadEvent } from './ledger/events';
import type { Answer } from './ledger/queue';
import type { Ventricle } from './picture/slices';

export interface WorklistSession {
  number: number;
  total: number;
  signed: number;
  state: 'open' | 'waiting' | 'finished';
  opens_at: string | null;
}

export interface WorklistStudy {
  id: string;
  title: string;
  simulated: boolean;
  sessions: WorklistSession[];
  next: string | null;
}

export interface FormField {
  name: string;
  kind: 'choice' | 'text';
  values: FieldValue[];
  required: boolean;
}

export interface Slot {
  name: StateName;
  dims: [number, number, number];
  spacing_mm: number;
  full_scale: number;
  lv: Ventricle;
  polar: { rings: number; angles: number; full_scale: number };
}

export interface Signature {
  full_name: string;
  signed_at: string;
  meaning: string;
  content_sha256: string;
}

export interface Read {
  token: string;
  study: { title: string; simulated: boolean };
  position: { session: number; number: number; of: number };
  state: 'open' | 'signed';
  form: { version: number; segments: number; states: StateName[]; scores: number[]; fields: FormField[] };
  display: { tables: string[]; default_table: string; show_difference: boolean; show_sums: boolean };
  slots: Slot[];
  last_seq: number;
  /** Null once the read is signed: a reader does not see it again. */
  draft: Draft | null;
  signature: Signature | null;
}

export interface Signed {
  signature: Signature;
  next: string | null;
}

const ANSWER_WITHIN_MS = 15_000;

export function fetchWorklist(signal?: AbortSignal): Promise<{ studies: WorklistStudy[] }> {
  return get('/api/reading/worklist', { signal });
}

function readUrl(token: string): string {
  return `/api/reading/reads/${encodeURIComponent(token)}`;
}

export function fetchRead(token: string, signal?: AbortSignal): Promise<Read> {
  return get(readUrl(token), { signal });
}

export function fetchVolume(token: string, slot: StateName, signal?: AbortSignal): Promise<ArrayBuffer> {
  return bytes(`${readUrl(token)}/volumes/${slot}`, { signal });
}

export function fetchPolar(token: string, slot: StateName, signal?: AbortSignal): Promise<ArrayBuffer> {
  return bytes(`${readUrl(token)}/polar/${slot}`, { signal });
}

/** Post events and say what became of them in the terms of the queue. */
export async function sendEvents(token: string, events: readonly ReadEvent[]): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { last_seq } = await post<{ last_seq: number }>(`${readUrl(token)}/events`, { events }, { signal });
    return { kind: 'accepted', lastSeq: last_seq };
  } catch (problem) {
    if (!(problem instanceof ApiError) || problem.status === 0 || problem.status >= 500) {
      return { kind: 'unreachable' };
    }
    if (problem.status === 409 && typeof problem.body.last_seq === 'number') {
      return { kind: 'sequence', lastSeq: problem.body.last_seq };
    }
    if (problem.status === 423) return { kind: 'signed' };
    if (problem.status === 404) return { kind: 'refused', message: t('reader.save.gone') };
    return { kind: 'refused', message: problem.message };
  }
}

export function sign(
  token: string,
  request: { password: string; content_sha256: string; last_seq: number },
): Promise<Signed> {
  return post(`${readUrl(token)}/signature`, { ...request, meaning: 'authored' });
}
