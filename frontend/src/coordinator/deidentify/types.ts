/** What the pages, the pool and the workers say to each other about one file. Nothing here is ever sent. */

export type Kind =
  | 'spect'
  | 'gated_spect'
  | 'projections'
  | 'gated_projections'
  | 'attenuation_map'
  | 'pet'
  | 'gated_pet'
  | 'ct';

/** Whether a person looked for text in the pixels: not yet; yes, there is none; yes, and it was blanked. */
export type Pixels = 'unseen' | 'seen' | 'blanked';

export type Method = 'chang' | 'ct';

/** What an image shows, and the attribute that says so (a DICOM keyword, `coordinator`, or empty). */
export interface Description {
  kind: Kind;
  state: string | null;
  stateFrom: string;
  view: string | null;
  viewFrom: string;
  /** For attenuation, and by what if that is said. */
  corrected: boolean;
  correctedBy: Method | '';
  pixels: Pixels;
}

/** A box of pixels, half open: `right` and `bottom` are the first that stay. */
export interface Blank {
  /** Of one frame, counted from 0; null: of all frames. */
  frame: number | null;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What the coordinator decided about one file; what is left out, nobody decided. */
export interface Answers {
  state?: string;
  view?: string;
  pixels?: Pixels;
  blank?: readonly Blank[];
  patientId?: string;
}

/** What happens to one attribute: tags only, never a value. `reason` is a key of the procedure. */
export interface Entry {
  /** Like `0054,0016[].0018,1072`, `private 0011,xx01`, or `unknown`. */
  path: string;
  action: 'kept' | 'changed' | 'removed';
  reason: string;
}

/** One attribute before and after. For the coordinator's eyes, in this browser only. */
export interface Example {
  path: string;
  before: string;
  after: string;
}

/**
 * send: proven and verified, may leave. look: may show text, a person must look at the pixels.
 * ask: the file does not say something that the study needs. kept_back: stays here, `code` says why.
 */
export type Verdict = 'send' | 'look' | 'ask' | 'kept_back';

/** The judgement of one file. The sealed file itself is not kept: `Deidentifier.sealed` makes it again. */
export interface Judged {
  n: number;
  verdict: Verdict;
  /** Empty for `send`; otherwise the reason, a code of the intake (`state_unknown`, `burned_in`, `truncated`, …). */
  code: string;
  /** Of the sealed file; 0 and empty when none could be made (`kept_back`). */
  size: number;
  sha256: string;
  /** The subject's token, `SUBJ-…`. */
  subject: string;
  /** Of the sealed file: pseudonyms already. */
  studyUid: string;
  seriesUid: string;
  sopUid: string;
  /** How many files make up the image. */
  slices: number;
  description: Description | null;
  /** As the original says: for the coordinator's eyes, never sent. `date` is of the study, YYYYMMDD. */
  patient: { id: string; name: string; date: string };
  /** SHA-256 of its lines (`reportDigest`): equal reports are shown and stored once. */
  reportDigest: string;
  /** Files with the same digest share one array. */
  report: readonly Entry[];
  /** Of the first files with a report; empty for most others, so that thousands of files fit in memory. */
  examples: readonly Example[];
}

/** The frames of a file, for the coordinator's eyes; stored values, not yet windowed. */
export interface Frames {
  rows: number;
  columns: number;
  count: number;
  /** The values that the first window spans, black to white. */
  low: number;
  high: number;
  /** High values are dark (MONOCHROME1). */
  inverted: boolean;
  /** Values of frame `n`, row by row. */
  frame(n: number): Promise<ArrayLike<number>>;
}

/** What a person decided who looked at the pixels. */
export type Looked =
  | { decision: 'clean' }
  | { decision: 'blank'; blank: readonly Blank[] }
  | { decision: 'leave_out' };

/**
 * De-identifies files in workers. `n` is the caller's number of the file; a call with the same file and the same
 * answers gives the same bytes.
 */
export interface Deidentifier {
  judge(n: number, file: Blob, answers?: Answers): Promise<Judged>;
  /** The file that may leave, made and verified again. Rejects with `NotSealed` unless its verdict is `send`. */
  sealed(n: number, file: Blob, answers?: Answers): Promise<ArrayBuffer>;
  /** Rejects with `NotSealed` when the pixels cannot be shown. */
  frames(n: number, file: Blob): Promise<Frames>;
  close(): void;
}

/** A file that may not leave, or cannot be shown, and the code that says why. */
export class NotSealed extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'NotSealed';
  }
}
