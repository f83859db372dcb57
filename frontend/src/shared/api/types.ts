/** What the server answers, as far as the pages read it. */

export type Role = 'coordinator' | 'reader' | 'investigator' | 'monitor';
export type StudyState = 'draft' | 'open' | 'locked' | 'unblinded';
export type ImageSet = 'spect' | 'virtual_pet' | 'pet';
export type StateName = 'stress' | 'rest';

export interface Site {
  id: string;
  code: string;
  name: string;
}

export interface StudySummary {
  id: string;
  title: string;
  state: StudyState;
  simulated: boolean;
}

export interface Membership {
  study: StudySummary;
  role: Role;
  site: Site | null;
}

export interface Session {
  user: { id: string; email: string; full_name: string; language: 'en' | 'ja'; is_staff: boolean };
  memberships: Membership[];
}

export interface Study extends StudySummary {
  roles: Role[];
  protocol?: { version: number; sha256: string; document: Record<string, unknown> } | null;
  sites: Site[];
}

export interface Member {
  id: string;
  email: string;
  full_name: string;
  role: Role;
  site: Site | null;
}

export interface JournalEntry {
  number: number;
  at: string;
  action: string;
  actor: string | null;
  subject: string;
}

export type Verdict = 'pending' | 'accepted' | 'duplicate' | 'refused' | 'quarantined';

export interface UploadFile {
  n: number;
  verdict: Verdict;
  code: string;
  message: string;
}

export interface UploadOpened {
  id: string;
  missing: string[];
}

export interface Upload {
  created_at: string;
  id: string;
  state: 'receiving' | 'processing' | 'done';
  site: Site;
  files: UploadFile[];
  counts: Partial<Record<Verdict, number>>;
  cases: { id: string; subject: string }[];
}

export type QcDecision = 'pending' | 'accepted' | 'rejected';

export interface CaseImage {
  id: string;
  image_set: ImageSet;
  state: StateName;
  source: 'upload' | 'translation';
  status: 'deriving' | 'ready' | 'failed';
  qc: QcDecision;
  flags: string[];
  message: string;
}

export interface Case {
  id: string;
  subject: string;
  site: Site;
  images: CaseImage[];
  complete: boolean;
  waiting_for: string[];
}

export interface Lv {
  apex_k: number;
  base_k: number;
  radius_mm: number;
}

export interface CaseImageDetail extends CaseImage {
  segments: number[];
  lv: Lv | null;
  provenance: Record<string, unknown>;
  model: ModelIdentity | null;
}

export interface CaseDetail extends Omit<Case, 'images'> {
  images: CaseImageDetail[];
}

export interface ModelIdentity {
  name: string;
  version: string;
  digest: string;
}

export interface Translation {
  id: string;
  case: { id: string; subject: string };
  image_state: StateName;
  state: 'queued' | 'leased' | 'done' | 'failed';
  attempts: number;
  model: ModelIdentity | null;
  seconds: number | null;
  message: string;
}

export interface Allocation {
  digest: string;
  algorithm: string;
  reads: number;
  sessions: number;
  readers: number;
  cases: number;
  withheld: { case: string; subject: string; reason: string }[];
  created_at: string;
}

export interface Progress {
  readers: {
    id: string;
    full_name: string;
    signed: number;
    total: number;
    sessions: {
      number: number;
      signed: number;
      total: number;
      state: 'open' | 'waiting' | 'finished';
      opens_at: string | null;
    }[];
  }[];
}
