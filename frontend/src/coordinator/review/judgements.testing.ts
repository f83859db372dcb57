/** For tests: judgements and an engine that answers at once, always the same, by what a file's text says. */
import type { Answers, Deidentifier, Description, Judged } from '../deidentify/types';
import type { LocalFile } from '../folder';

export interface Said extends Partial<Description> {
  patient?: string;
  series?: string;
  sop?: string;
  slices?: number;
  verdict?: Judged['verdict'];
  code?: string;
  date?: string;
}

export function description(said: Said): Description {
  return {
    kind: said.kind ?? 'spect',
    state: said.state === undefined ? 'stress' : said.state,
    stateFrom: said.stateFrom ?? 'SeriesDescription',
    view: said.view === undefined ? 'short_axis' : said.view,
    viewFrom: 'ImageID',
    corrected: said.corrected ?? false,
    correctedBy: said.correctedBy ?? '',
    pixels: said.pixels ?? 'unseen',
  };
}

export function judgement(n: number, said: Said, answers: Answers = {}): Judged {
  const patient = answers.patientId ?? said.patient ?? 'P1';
  const own = description(said);
  const state = answers.state ?? own.state;
  const pixels = answers.pixels ?? own.pixels;
  const lookedAt = said.verdict === 'look' && pixels !== 'unseen';
  const verdict = !patient || state === null ? 'ask' : lookedAt ? 'send' : (said.verdict ?? 'send');
  const sop = said.sop ?? `2.25.${n}`;
  return {
    n,
    verdict,
    code: verdict === 'send' ? '' : (said.code ?? (patient ? 'state_unknown' : 'no_patient_id')),
    size: verdict === 'kept_back' ? 0 : 100,
    sha256: verdict === 'kept_back' ? '' : `${sop} ${patient} ${state} ${pixels}`,
    subject: patient && `SUBJ-${patient}`,
    studyUid: `2.25.9${patient}`,
    seriesUid: said.series ?? `2.25.8${n}`,
    sopUid: sop,
    slices: said.slices ?? 1,
    description:
      verdict === 'kept_back'
        ? null
        : {
            ...own,
            state,
            stateFrom: answers.state ? 'coordinator' : own.stateFrom,
            view: answers.view ?? own.view,
            pixels,
          },
    patient: {
      id: said.patient ?? 'P1',
      name: `Name of ${said.patient ?? 'P1'}`,
      date: said.date ?? '20261003',
    },
    reportDigest: own.kind,
    report: [
      { path: '0010,0010', action: 'changed', reason: 'pseudonym' },
      { path: '0054,0016[].0018,1072', action: 'kept', reason: 'dose' },
      { path: 'private 0011,xx01', action: 'removed', reason: 'private' },
    ],
    examples: [{ path: '0010,0010', before: `Name of ${patient}`, after: `SUBJ-${patient}` }],
  };
}

export const fileOf = (path: string, said: Said): LocalFile => {
  const content = new Blob([JSON.stringify(said)]);
  return { path, size: content.size, open: async () => content };
};

/** Judges a file by the `Said` that it holds as JSON; counts what it was asked. */
export function engine(): Deidentifier & { asked: [n: number, answers: Answers | undefined][] } {
  const asked: [number, Answers | undefined][] = [];
  return {
    asked,
    async judge(n, file, answers) {
      asked.push([n, answers]);
      return judgement(n, JSON.parse(await file.text()) as Said, answers);
    },
    async sealed(n, file, answers) {
      const { sha256 } = judgement(n, JSON.parse(await file.text()) as Said, answers);
      return new TextEncoder().encode(sha256).buffer as ArrayBuffer;
    },
    frames: () => Promise.reject(new Error('no pixels')),
    close: () => {},
  };
}
