/**
 * Judged files as the coordinator thinks of them: patients, their images, and the places of the protocol that these
 * fill. Pure: the same judgements and corrections give the same picture.
 */
import type { ImageSet, StateName } from '../../shared/api/types';
import type { Description, Judged, Kind } from '../deidentify/types';
import { OF_ORGAN, type Organ, organOf } from '../images';
import { type Correction, type Corrections, isLeftOut } from './corrections';

/** What becomes of an image. ask, look: somebody has to decide. unwanted: the protocol has no use for it. */
export type Standing = 'send' | 'look' | 'ask' | 'left_out' | 'unwanted';

export interface ImageRow {
  /** A pseudonym; corrections are kept under it. */
  key: string;
  patient: string;
  /** With the corrections, and as the files say by themselves. */
  description: Description;
  said: Description;
  /** Which image of its case it would be; null for a companion, and where the file does not say enough. */
  place: Place | null;
  correction: Correction | undefined;
  standing: Standing;
  /** Why it waits; empty otherwise. */
  code: string;
  /** Local numbers of the files, each content once. */
  files: number[];
  /** Those that wait for eyes. */
  toLook: number[];
  /** How many files the image should have; 0 when it does not say. */
  slices: number;
  bytes: number;
  /** Of the examination, as the original says (YYYYMMDD); local. */
  date: string;
  /** Its files are being judged again after a correction. */
  busy: boolean;
  /** Attenuation-corrected, and the uncorrected one that the study needs is here: proposed to be left out. */
  replaced: boolean;
}

/** A place that the protocol wants filled for each case. */
export interface Place {
  set: ImageSet;
  state: StateName;
}

/**
 * partial: fewer files than the image should have. clash: two images, and only one can be used. corrected: only an
 * attenuation-corrected one is there, and the study needs the uncorrected one.
 */
export type Filling = 'here' | 'waiting' | 'partial' | 'clash' | 'corrected' | 'missing';

export interface Patient {
  /** The subject's token; of files without a patient ID, their examination. */
  key: string;
  /** As the original says: only on this screen. */
  name: string;
  id: string;
  noId: boolean;
  images: ImageRow[];
  places: { place: Place; filling: Filling }[];
  files: number;
  bytes: number;
}

export interface Grouping {
  patients: Patient[];
  /** Numbers of the files that go. */
  sending: number[];
  /** How many files wait for a decision. */
  waiting: number;
  /** Numbers of the files that a person left out, and of those that are of no use to the study. */
  leftOut: number[];
  unwanted: number[];
  /** Numbers of the attenuation-corrected files that stay here for the sake of the uncorrected ones. */
  replaced: number[];
  /** Copies of a file in the same folder. */
  copies: number;
  bytes: number;
}

export interface Given {
  /** What the files say by themselves; the n-th of the folder, undefined where no judgement was made. */
  base: readonly (Judged | undefined)[];
  /** With the corrections. */
  now: readonly (Judged | undefined)[];
  busy: ReadonlySet<number>;
  corrections: Corrections;
  /** Kinds of image that the protocol collects. */
  kinds: readonly string[];
  places: readonly Place[];
}

/** Kinds that take a place of the protocol: it must be known which. */
export const PLACED: readonly Kind[] = ['spect', 'pet'];

/** Kinds that may come as one file a slice, all of one series. */
const BY_SERIES: readonly Kind[] = ['ct', 'pet', 'gated_pet'];

/** The image a file belongs to: by what the file itself says, so that a correction does not change it. */
export function imageKey({ description, seriesUid, sopUid, slices }: Judged): string {
  if (!description) return '';
  const { kind, state, view, corrected } = description;
  const whole = slices > 1 || BY_SERIES.includes(kind);
  return [whole ? seriesUid : sopUid, kind, state ?? '', view ?? '', corrected ? 'ac' : ''].join('|');
}

export function grouped(given: Given): Grouping {
  const { base, now, busy, corrections } = given;
  const organ = organIn(given.places);
  const rows = new Map<string, ImageRow>();
  const seen = new Set<string>();
  const by: Record<Standing, number[]> = { send: [], look: [], ask: [], left_out: [], unwanted: [] };
  const uncorrected = uncorrectedIn(given);
  const replaced: number[] = [];
  let copies = 0;
  base.forEach((said, n) => {
    const judged = now[n] ?? said;
    const description = judged?.description ?? said?.description;
    if (!said || !judged || !description || said.verdict === 'kept_back') return;
    const key = imageKey(said);
    const copy = `${key}|${said.sopUid}|${said.sha256}`;
    if (seen.has(copy)) {
      copies += 1;
      return;
    }
    seen.add(copy);
    const correction = corrections.get(key);
    const row =
      rows.get(key) ?? emptyRow(key, judged, description, said.description ?? description, correction, organ);
    rows.set(key, row);
    row.files.push(n);
    row.bytes += judged.size;
    row.busy ||= busy.has(n);
    const wanted = standingOf(judged, description, correction, given.kinds, organ);
    if (organ === 'heart' && isCorrected(description) && uncorrected.has(placeKey(judged, description)))
      row.replaced = true;
    const proposed = row.replaced && !correction?.keep && wanted !== 'left_out' && wanted !== 'unwanted';
    const standing = proposed ? 'left_out' : wanted;
    (proposed ? replaced : by[standing]).push(n);
    if (RANK[standing] < RANK[row.standing] || row.files.length === 1) {
      row.standing = standing;
      row.code = standing === 'ask' ? judged.code || 'state_unknown' : standing === 'look' ? judged.code : '';
    }
    if (standing === 'look') row.toLook.push(n);
  });
  const patients = byPatient([...rows.values()], given);
  return {
    patients,
    sending: by.send,
    waiting: by.look.length + by.ask.length,
    leftOut: by.left_out,
    unwanted: by.unwanted,
    replaced,
    copies,
    bytes: by.send.reduce((sum, n) => sum + (now[n]?.size ?? 0), 0),
  };
}

/** The organ that the study reads, by the places that it wants filled. */
export function organIn(places: readonly Place[]): Organ {
  return organOf(places.map(({ set }) => set));
}

/** As `reader_study/intake/places.py` places it. */
function placeOf({ kind, state, corrected, correctedBy }: Description, organ: Organ): Place | null {
  if (kind !== 'spect' && kind !== 'pet') return null;
  if (organ === 'heart') return state === 'stress' || state === 'rest' ? { set: kind, state } : null;
  if (!corrected) return { set: 'uncorrected', state: 'perfusion' };
  if (!correctedBy) return null;
  return { set: correctedBy === 'ct' ? 'ctac' : 'chang', state: 'perfusion' };
}

/** Whether an image for the place SPECT is corrected for attenuation: virtual PET is made from uncorrected ones. */
export function isCorrected({ kind, corrected }: Description): boolean {
  return kind === 'spect' && corrected;
}

function placeKey({ subject, studyUid }: Judged, { state }: Description): string {
  return `${subject || studyUid} ${state}`;
}

/** The patients and states of which an uncorrected SPECT image is to be sent. */
function uncorrectedIn({ base, now, corrections, kinds, places }: Given): Set<string> {
  const found = new Set<string>();
  const organ = organIn(places);
  base.forEach((said, n) => {
    const judged = now[n] ?? said;
    const description = judged?.description ?? said?.description;
    if (!said || !judged || !description || said.verdict === 'kept_back') return;
    if (description.kind !== 'spect' || description.corrected || description.state === null) return;
    const standing = standingOf(judged, description, corrections.get(imageKey(said)), kinds, organ);
    if (standing === 'send' || standing === 'look') found.add(placeKey(judged, description));
  });
  return found;
}

/** The most urgent standing of its files is that of an image. */
const RANK: Record<Standing, number> = { ask: 0, look: 1, send: 2, left_out: 3, unwanted: 4 };

function standingOf(
  judged: Judged,
  description: Description,
  correction: Correction | undefined,
  kinds: readonly string[],
  organ: Organ,
): Standing {
  if (!kinds.includes(description.kind)) return 'unwanted';
  if (isLeftOut(correction, judged.sopUid)) return 'left_out';
  if (judged.verdict === 'look') return 'look';
  if (organ === 'heart' && PLACED.includes(description.kind) && description.state === null) return 'ask';
  // After a correction a file may be kept back, too: the coordinator has to see that and can take it back.
  return judged.verdict === 'send' ? 'send' : 'ask';
}

function emptyRow(
  key: string,
  judged: Judged,
  description: Description,
  said: Description,
  correction: Correction | undefined,
  organ: Organ,
): ImageRow {
  return {
    key,
    patient: judged.subject || `no id ${judged.studyUid}`,
    description,
    said,
    place: placeOf(description, organ),
    correction,
    standing: 'send',
    code: '',
    files: [],
    toLook: [],
    slices: judged.slices,
    bytes: 0,
    date: judged.patient.date,
    busy: false,
    replaced: false,
  };
}

function byPatient(rows: readonly ImageRow[], given: Given): Patient[] {
  const patients = new Map<string, Patient>();
  for (const row of rows) {
    const first = given.now[row.files[0] ?? -1] ?? given.base[row.files[0] ?? -1];
    const known = patients.get(row.patient);
    const patient: Patient = known ?? {
      key: row.patient,
      name: personName(first?.patient.name ?? ''),
      id: row.correction?.patientId ?? first?.patient.id ?? '',
      noId: !first?.subject,
      images: [],
      places: [],
      files: 0,
      bytes: 0,
    };
    patient.images.push(row);
    patient.files += row.files.length;
    patient.bytes += row.bytes;
    patients.set(row.patient, patient);
  }
  const order = new Intl.Collator('en', { numeric: true });
  for (const patient of patients.values()) {
    patient.images.sort(byUse);
    patient.places = given.places.map((place) => ({ place, filling: fillingOf(patient.images, place) }));
  }
  return [...patients.values()].sort(
    (a, b) => Number(b.noId) - Number(a.noId) || order.compare(a.id, b.id) || order.compare(a.key, b.key),
  );
}

/** A DICOM person name (PS3.5 6.2.1) as it is written on paper: components apart, all of its scripts. */
export function personName(name: string): string {
  return name
    .split('=')
    .map((group) => group.replaceAll('^', ' ').replace(/\s+/g, ' ').trim())
    .filter(Boolean)
    .join(' · ');
}

/** SPECT before PET before the rest, stress before rest, heads by their correction: the order of the cases' table. */
function byUse(a: ImageRow, b: ImageRow): number {
  const { sets } = OF_ORGAN.brain;
  const rank = ({ place, description: { kind, state } }: ImageRow) => {
    const of = place ? sets.indexOf(place.set) : -1;
    const within = of >= 0 ? of : state === 'stress' ? 0 : state === 'rest' ? 1 : 2;
    return KINDS.indexOf(kind) * 4 + within;
  };
  return rank(a) - rank(b) || a.date.localeCompare(b.date) || a.key.localeCompare(b.key);
}

const KINDS: readonly Kind[] = [
  'spect',
  'gated_spect',
  'pet',
  'gated_pet',
  'projections',
  'gated_projections',
  'attenuation_map',
  'ct',
];

/** The images that would take a place, if they are sent. */
export function candidates(images: readonly ImageRow[], place: Place): ImageRow[] {
  return images.filter(
    ({ place: own, standing }) =>
      own?.set === place.set &&
      own.state === place.state &&
      (standing === 'send' || standing === 'look' || standing === 'ask'),
  );
}

function fillingOf(images: readonly ImageRow[], place: Place): Filling {
  const found = candidates(images, place);
  if (found.length === 0) {
    const unsure = images.some(
      ({ description, standing }) =>
        description.kind === place.set && description.state === null && standing === 'ask',
    );
    return unsure ? 'waiting' : 'missing';
  }
  if (found.length > 1) return 'clash';
  const [row] = found as [ImageRow];
  if (row.standing !== 'send') return 'waiting';
  if (isPartial(row)) return 'partial';
  return place.set === 'spect' && isCorrected(row.description) ? 'corrected' : 'here';
}

export function isPartial(row: ImageRow): boolean {
  return row.slices > 1 && row.files.length < row.slices;
}

/** Whether somebody has to decide something about a patient before all of it can be used. */
export function needsCare(patient: Patient): boolean {
  return (
    patient.images.some(({ standing }) => standing === 'ask' || standing === 'look') ||
    patient.places.some(({ filling }) => filling === 'clash' || filling === 'corrected')
  );
}
