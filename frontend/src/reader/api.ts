/** The reading API: everything a reader's browser ever receives. */
import { ApiError, bytes, get, isSignedOut, post } from '../shared/api';
import type { OwnQualifying } from '../shared/api/types';
import { t } from '../shared/i18n';
import type { StateName } from './heart/segments';
import type { Draft, ReadEvent } from './ledger/events';
import type { Answer } from './ledger/sending';
import type { LayoutDocument } from './picture/layout';
import type { Ventricle } from './picture/slices';

export interface WorklistSession {
  number: number;
  total: number;
  signed: number;
  state: 'open' | 'waiting' | 'finished';
  opens_at: string | null;
  /** Finished, and what is asked at its end is not answered. */
  questions_due: boolean;
}

export interface SignedRead {
  token: string;
  session: number;
  number: number;
  signed_at: string;
  version: number;
  /** Null when nobody asked for it to be opened again. */
  unlock: 'requested' | 'refused' | 'open' | null;
  /** Why it was allowed or refused. */
  answer: string;
}

/** What a read is for: readers of the training and the test know that it is one. */
export type Purpose = 'study' | 'training' | 'test' | 'adjudication';

/** Why a reader who has reads left may open none now. */
export interface Waiting {
  study: string;
  reason: 'questions' | 'correction' | 'washout' | 'daily_cap';
  /** The session that is asked about, or that goes on. */
  session: number;
  until: string | null;
}

export interface WorklistStudy {
  id: string;
  title: string;
  simulated: boolean;
  purpose: Purpose;
  /** Above 1 where a test is repeated. */
  attempt: number;
  /** Nothing can be read without a certificate that is in force. */
  barred: boolean;
  /** Nothing can be read or corrected any more. */
  ended: boolean;
  sessions: WorklistSession[];
  /** Between two sessions. */
  washout_days: number;
  today: { signed: number; cap: number | null; ends_at: string };
  next: string | null;
  next_place: { session: number; number: number } | null;
  /** The next read was opened before. */
  begun: boolean;
  waiting: Waiting | null;
  /** At most two that follow `next`: their pictures may be fetched before it is their turn. */
  upcoming: string[];
  /** Signed reads that are open for amendment. */
  amendments: string[];
  signed: SignedRead[];
}

export interface Worklist {
  studies: WorklistStudy[];
  qualifications: OwnQualifying[];
  display_check_due: boolean;
  /** The reader has read for long without a pause. */
  break_due: boolean;
}

/** A question is asked when an earlier answer is one of some, or when one of some segments has a high enough score. */
export type Condition =
  | { field: string; in: readonly (number | string)[] }
  | { scores: readonly number[]; at_least: number };

export interface FormField {
  name: string;
  /** One of `values`, several of them, a whole number from `minimum` to `maximum`, or free text. */
  kind: 'choice' | 'choices' | 'number' | 'text';
  values: (number | string)[];
  required: boolean;
  minimum: number | null;
  maximum: number | null;
  when: Condition | null;
}

export interface Form {
  version: number;
  segments: number;
  /** Names of what is scored, in order; empty for the 17 segments of the heart. */
  regions: string[];
  states: StateName[];
  scores: number[];
  fields: FormField[];
}

export interface Display {
  tables: string[];
  default_table: string;
  show_difference: boolean;
  show_sums: boolean;
  sums_when_complete: boolean;
  /** A click on a sector adds one to its score. */
  click_scores: boolean;
  show_time: boolean;
  layouts: LayoutDocument[];
  default_layout: string;
}

export interface PolarGrid {
  rings: number;
  angles: number;
  full_scale: number;
}

export interface Slot {
  set: number;
  state: StateName;
  dims: [number, number, number];
  spacing_mm: number;
  full_scale: number;
  /** Null where the organ has no ventricle. */
  lv: Ventricle | null;
  polar: PolarGrid | null;
  contour: boolean;
}

export interface Cine {
  state: StateName;
  kind: 'gated' | 'projections';
  frames: number;
  dims: [number, number, number];
  spacing_mm: number;
  full_scale: number;
  lv: Ventricle | null;
}

export interface Signature {
  full_name: string;
  signed_at: string;
  meaning: string;
  content_sha256: string;
}

export interface Unlock {
  state: 'requested' | 'refused' | 'open';
  reason: string;
  requested_at: string;
  answer: string;
}

export interface Read {
  token: string;
  purpose: Purpose;
  study: { title: string; simulated: boolean };
  position: { session: number; number: number; of: number };
  /** `ahead`: not yet its turn; only its pictures may be fetched. */
  state: 'open' | 'ahead' | 'signed';
  step: { number: number };
  /** Of the step before this one; null in the first. */
  step_before: Signature | null;
  /** Null but for a signed read that was opened again; `signed` is what its version in force says. */
  amendment: { reason: string; version: number; signed: Draft } | null;
  unlock: Unlock | null;
  form: Form;
  display: Display;
  slots: Slot[];
  cines: Cine[];
  last_seq: number;
  last_hash: string;
  /** Null unless the read is open. */
  draft: Draft | null;
  signature: Signature | null;
  display_check_due: boolean;
  break_due: boolean;
}

export interface Signed {
  signature: Signature;
  next: string | null;
  upcoming: string[];
  /** A further step of the same read follows. */
  more: boolean;
  waiting: Waiting | null;
  break_due: boolean;
}

/** What is asked at the end of a session. */
export interface SessionQuestions {
  title: string;
  simulated: boolean;
  session: number;
  reads: { number: number; signed_at: string }[];
  /** Whether a case had been seen before. */
  recall: boolean;
  /** What there is to choose from, the same at every read; empty where that is not asked. */
  arms: string[];
  /** Numbers of the reads whose arm is asked. */
  guessed: number[];
}

export interface Recall {
  seen: 'no' | 'unsure' | 'yes';
  /** How many; null unless seen. */
  reads: number | null;
  positions: number[];
}

export interface Guess {
  position: number;
  answer: 'arm' | 'cannot_tell' | 'not_remembered';
  /** The place in `arms`, from 0. */
  arm: number | null;
  /** In %. */
  confidence: number | null;
}

export interface DisplayCheck {
  answers: { steps: boolean; dark: boolean; bright: boolean; bar: boolean };
  screen: {
    width: number;
    height: number;
    window_width: number;
    window_height: number;
    ratio: number;
    gamut: string;
    zoom: number;
  };
}

/** What a signature is about. */
export interface Sealed {
  content_sha256: string;
  last_seq: number;
  step: number;
  meaning: 'authored' | 'amended';
}

const ANSWER_WITHIN_MS = 15_000;
/** A password is meant to take its time. */
const SIGNED_WITHIN_MS = 30_000;
/** No answer at all, or one that asks to come again. */
const LATER = [0, 408, 429];

/** Whether the server has said no: to ask again changes nothing by itself. */
export function isRefusal(problem: unknown): problem is ApiError {
  return problem instanceof ApiError && !LATER.includes(problem.status) && problem.status < 500;
}

/** How something is asked for: `stay` where an open read must not be left for the sign-in page. */
export interface Asking {
  signal?: AbortSignal;
  stay?: boolean;
}

export function fetchWorklist(asking: Asking = {}): Promise<Worklist> {
  return get('/api/reading/worklist', asking);
}

function questionsUrl(study: string, session: number): string {
  return `/api/reading/studies/${encodeURIComponent(study)}/sessions/${session}/questions`;
}

export function fetchQuestions(
  study: string,
  session: number,
  asking: Asking = {},
): Promise<SessionQuestions> {
  return get(questionsUrl(study, session), asking);
}

/** Answered once: it is not shown again. `reader`: whose answers they are. */
export function answerQuestions(
  study: string,
  session: number,
  answers: { reader: string; recall: Recall | null; guesses: readonly Guess[] },
): Promise<unknown> {
  return post(questionsUrl(study, session), answers, { stay: true });
}

function readUrl(token: string): string {
  return `/api/reading/reads/${encodeURIComponent(token)}`;
}

export function fetchRead(token: string, asking: Asking = {}): Promise<Read> {
  return get(readUrl(token), asking);
}

/** A read of which only the pictures will be fetched: it does not count as shown, even where its turn has come meanwhile. */
export function fetchAhead(token: string, asking: Asking): Promise<Read> {
  return get(`${readUrl(token)}?ahead=true`, asking);
}

type Picture = Pick<Slot, 'set' | 'state'>;

export function fetchVolume(token: string, { set, state }: Picture, asking: Asking = {}) {
  return bytes(`${readUrl(token)}/volumes/${set}/${state}`, asking);
}

export function fetchPolar(token: string, { set, state }: Picture, asking: Asking = {}) {
  return bytes(`${readUrl(token)}/polar/${set}/${state}`, asking);
}

export function fetchContour(token: string, { set, state }: Picture, asking: Asking = {}) {
  return bytes(`${readUrl(token)}/contour/${set}/${state}`, asking);
}

export function fetchCine(token: string, { kind, state }: Pick<Cine, 'kind' | 'state'>, asking: Asking = {}) {
  return bytes(`${readUrl(token)}/cines/${kind}/${state}`, asking);
}

/** Post events and say what became of them in the terms of the queue. */
export async function sendEvents(
  token: string,
  step: number,
  events: readonly ReadEvent[],
  parting = false,
): Promise<Answer> {
  try {
    const asking = { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), stay: true, keepalive: parting };
    const { last_seq, hash } = await post<{ last_seq: number; hash: string }>(
      `${readUrl(token)}/events`,
      { step, events },
      asking,
    );
    return { kind: 'accepted', lastSeq: last_seq, hash };
  } catch (problem) {
    if (isSignedOut(problem)) return { kind: 'signedOut' };
    if (!isRefusal(problem)) return { kind: 'unreachable' };
    if (problem.status === 409 && typeof problem.body.last_seq === 'number') {
      return { kind: 'sequence', lastSeq: problem.body.last_seq };
    }
    // A study can be locked, too: then nothing was signed elsewhere, and the server's sentence says it.
    if (problem.code === 'signed' || problem.code === 'step') return { kind: 'signed' };
    if (problem.status === 404) return { kind: 'refused', message: t('reader.save.gone') };
    return { kind: 'refused', message: problem.message };
  }
}

export function sign(token: string, request: Sealed & { password: string }): Promise<Signed> {
  return post(`${readUrl(token)}/signature`, request, {
    stay: true,
    signal: AbortSignal.timeout(SIGNED_WITHIN_MS),
  });
}

/** Ask the investigator to open a signed read again. */
export function requestUnlock(token: string, reason: string): Promise<Unlock> {
  return post(`${readUrl(token)}/unlock`, { reason }, { stay: true });
}

/** Not now: asked again after the next time of signing in. */
export function putOffDisplayCheck(): Promise<unknown> {
  return post('/api/reading/display-check/later', {}, { stay: true });
}

export function sendDisplayCheck(check: DisplayCheck): Promise<unknown> {
  return post('/api/reading/display-check', check, { stay: true });
}
