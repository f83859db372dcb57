/** What a worker does with one file: gate, rebuild, verify, and a look at the pixels. Nothing else leaves it. */

import { decoded as decodedPixels } from './decoding';
import { seriesDescription } from './describe';
import { doubtAboutPixels, FOR_EYES, shown } from './pixels';
import type { PixelValues } from './protocol';
import { hex, Pseudonyms } from './pseudonyms';
import { type Deidentified, deidentify } from './rebuild';
import { descriptionUnderSeal } from './seal';
import { checkClass, doubtAboutHeader } from './soundness';
import { readStructure } from './structure';
import { characterSets, decoded } from './text';
import { Malformed, type Structure, textAt } from './tree';
import { type Answers, type Judged, NotSealed, type Verdict } from './types';
import { leftOver } from './verify';

const [PATIENT_NAME, PATIENT_ID, STUDY_DATE] = [0x00100010, 0x00100020, 0x00080020];
/** The coordinator may answer these. */
const ANSWERABLE = new Set(['no_patient_id', 'state_unknown']);
/** Kinds that are read, so that the study must know whether they show stress or rest. */
const WITH_STATE = new Set(['spect', 'pet']);

export interface Engine {
  judge(n: number, data: Uint8Array, answers?: Answers): Promise<Judged>;
  /** Throws `NotSealed` unless the verdict is `send`. */
  sealed(data: Uint8Array, answers?: Answers): Promise<ArrayBuffer>;
  /** Throws `NotSealed` when the pixels cannot be shown. */
  frames(data: Uint8Array): PixelValues;
}

/**
 * @param key of the site, 32 bytes.
 * @param states whether the study reads stress and rest, so that it must be known which an image shows.
 */
export async function openEngine(key: Uint8Array, states = true): Promise<Engine> {
  const pseudonyms = await Pseudonyms.of(key);
  const judgedBy = (n: number, data: Uint8Array, answers: Answers) =>
    judged(n, data, pseudonyms, answers, states);
  return {
    judge: async (n, data, answers = {}) => {
      const { judged: said } = await judgedBy(n, data, answers);
      if (said.code !== 'no_patient_id') return said;
      const { judged: of } = await judgedBy(n, data, { ...answers, patientId: ANYBODY });
      return ofNobody(said, of);
    },
    sealed: async (data, answers = {}) => {
      const { judged: result, bytes } = await judgedBy(0, data, answers);
      if (result.verdict !== 'send' || !bytes) throw new NotSealed(result.code || 'unreadable');
      return bytes.buffer;
    },
    frames: (data) => {
      try {
        return shown(decodedPixels(readStructure(data)));
      } catch (error) {
        throw new NotSealed(error instanceof Malformed ? error.code : 'unreadable');
      }
    },
  };
}

/** Stands for the missing patient ID only to learn what the file shows: nothing that is made with it is handed out. */
const ANYBODY = 'X';

/** What a file without a patient ID shows, so that it can be asked for; the pseudonyms of its UIDs hang on nobody. */
function ofNobody(said: Judged, { verdict, code, description, ...of }: Judged): Judged {
  // Of what cannot be used at all nobody is asked anything.
  if (verdict === 'kept_back') return { ...said, verdict, code };
  const { studyUid, seriesUid, sopUid, slices } = of;
  return { ...said, description, studyUid, seriesUid, sopUid, slices };
}

interface Result {
  judged: Judged;
  /** The sealed file, verified; null if none could be made. */
  bytes: Uint8Array<ArrayBuffer> | null;
}

async function judged(
  n: number,
  data: Uint8Array,
  pseudonyms: Pseudonyms,
  answers: Answers,
  states: boolean,
): Promise<Result> {
  const judgement = blankJudgement(n);
  let canBeShown = false;
  try {
    const read = readStructure(data);
    judgement.patient = patientOf(read);
    checkClass(read);
    const underSeal = await descriptionUnderSeal(read, pseudonyms);
    const structure = decodedPixels(read);
    canBeShown = structure.fragments.length === 0;
    const doubtOf = (lookedAt: boolean) =>
      doubtAboutPixels(structure, lookedAt) || doubtAboutHeader(structure);
    // Of what cannot be used at all nobody is asked anything.
    if (doubtAboutPixels(structure, true) === 'bad_value') throw new Malformed('bad_value');
    const made = await deidentify(structure, pseudonyms, answers, underSeal);
    Object.assign(judgement, await factsOf(made));
    const doubt = doubtOf(made.description.pixels !== 'unseen');
    if (doubt) throw new Malformed(doubt);
    const { days } = made.subject;
    const found = await leftOver(structure, made.data, {
      pseudonyms,
      days: made.wasSealed ? 0 : days,
      wasSealed: made.wasSealed,
      ownWords: [made.subject.token, made.line, seriesDescription(made.description)],
    });
    if (found.length > 0) throw new Malformed('left_over');
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', made.data));
    Object.assign(judgement, { size: made.data.length, sha256: hex(digest) });
    const unknown = states && WITH_STATE.has(made.description.kind) && made.description.state === null;
    if (unknown) throw new Malformed('state_unknown');
    return { judged: { ...judgement, verdict: 'send' }, bytes: made.data };
  } catch (error) {
    const code = error instanceof Malformed ? error.code : 'unreadable';
    return { judged: { ...judgement, verdict: verdictOf(code, canBeShown), code }, bytes: null };
  }
}

/** Whether a person's look or answer helps. */
function verdictOf(code: string, canBeShown: boolean): Verdict {
  if (ANSWERABLE.has(code)) return 'ask';
  return FOR_EYES.has(code) && canBeShown ? 'look' : 'kept_back';
}

function patientOf({ root }: Structure): Judged['patient'] {
  const sets = characterSets(root);
  const read = (tag: number) => decoded(root.get(tag)?.value ?? new Uint8Array(0), sets);
  return {
    id: read(PATIENT_ID),
    name: read(PATIENT_NAME),
    date: textAt(root, STUDY_DATE).replaceAll('.', ''),
  };
}

async function factsOf(made: Deidentified): Promise<Partial<Judged>> {
  const { subject, studyUid, seriesUid, sopUid, slices, description, report } = made;
  return {
    subject: subject.token,
    studyUid,
    seriesUid,
    sopUid,
    slices,
    description,
    report: report.entries,
    reportDigest: await report.digest(),
    examples: report.examples,
  };
}

function blankJudgement(n: number): Judged {
  return {
    n,
    verdict: 'kept_back',
    code: '',
    size: 0,
    sha256: '',
    subject: '',
    studyUid: '',
    seriesUid: '',
    sopUid: '',
    slices: 0,
    description: null,
    patient: { id: '', name: '', date: '' },
    reportDigest: '',
    report: [],
    examples: [],
  };
}
