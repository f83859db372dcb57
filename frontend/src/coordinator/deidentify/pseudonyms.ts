/** Keyed pseudonyms of one site: the browser's half of `reader_study/intake/pseudonyms.py`. */
import { stripped } from './tree';

const MAX_SHIFT_DAYS = 3650n;
const DAY_MS = 86_400_000;
const TOKEN = /^SUBJ-([0-9a-f]{32})([0-9a-f]{16})$/;
const SEALED_UID = /^2\.25\.(0|[1-9]\d{0,38})$/;
const DATE = /^(\d{4})\.?(\d{2})\.?(\d{2})/; // 1993.11.24 is the form of the old ACR-NEMA standard
const TIME_OF_DATETIME = /^(\d{2}){0,3}(\.\d{1,6})?([+-]\d{4})?$/;

export interface Subject {
  key: Uint8Array;
  /** `SUBJ-…`, what the sealed file calls the patient. */
  token: string;
  /** Days that all dates of the patient go back. */
  days: number;
}

const encoder = new TextEncoder();

/** All replacements of one site, by HMAC-SHA256 with its key of 32 bytes. */
export class Pseudonyms {
  /** Pseudonyms made so far, by the UID they replace. */
  private readonly known = new Map<string, string>();
  /** Those of which the seal was computed or checked. */
  private readonly own = new Set<string>();

  private constructor(private readonly key: CryptoKey) {}

  static async of(key: Uint8Array): Promise<Pseudonyms> {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    return new Pseudonyms(await crypto.subtle.importKey('raw', key.slice(), algorithm, false, ['sign']));
  }

  /** HMAC-SHA256 of one value of a kind, 32 bytes. */
  async digest(kind: string, value: Uint8Array): Promise<Uint8Array> {
    const prefix = encoder.encode(`${kind}\0`);
    const message = new Uint8Array(prefix.length + value.length);
    message.set(prefix);
    message.set(value, prefix.length);
    return new Uint8Array(await crypto.subtle.sign('HMAC', this.key, message));
  }

  /** Of the raw bytes of a Patient ID, without the blanks and NULs around it. */
  async subject(patientId: Uint8Array): Promise<Subject> {
    return this.subjectWith((await this.digest('subject', stripped(patientId))).slice(0, 16));
  }

  private async subjectWith(key: Uint8Array): Promise<Subject> {
    const days = bigEndian((await this.digest('shift', key)).subarray(0, 8)) % MAX_SHIFT_DAYS;
    return { key, token: await this.token(key), days: 1 + Number(days) };
  }

  private async token(key: Uint8Array): Promise<string> {
    return `SUBJ-${hex(key)}${hex((await this.digest('subject seal', key)).subarray(0, 8))}`;
  }

  /** Who a sealed file is of; null if the ID is no token of this site. */
  async subjectOf(id: string): Promise<Subject | null> {
    const parts = TOKEN.exec(id);
    if (!parts?.[1]) return null;
    const key = Uint8Array.from(parts[1].match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const subject = await this.subjectWith(key);
    return subject.token === id ? subject : null;
  }

  /** One of our own as it is; any other as a UUID-derived UID (PS3.5 B.2). */
  async uid(uid: string): Promise<string> {
    const known = this.known.get(uid);
    if (known) return known;
    const own = (await this.isOwnUid(uid)) ? uid : await this.newUid(uid);
    this.known.set(uid, own);
    return own;
  }

  /** The pseudonym of a UID for which `uid` was awaited before. */
  made(uid: string): string {
    const found = this.known.get(uid);
    if (found === undefined) throw new Error('This UID has no pseudonym yet.');
    return found;
  }

  private async newUid(uid: string): Promise<string> {
    const b = (await this.digest('uid', encoder.encode(uid))).slice(0, 10);
    b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
    b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
    const own = `2.25.${bigEndian(Uint8Array.from([...b, ...(await this.seal(b))]))}`;
    this.own.add(own);
    return own;
  }

  private async seal(b: Uint8Array): Promise<Uint8Array> {
    return (await this.digest('uid seal', b)).slice(0, 6);
  }

  async isOwnUid(uid: string): Promise<boolean> {
    if (this.own.has(uid)) return true;
    const digits = SEALED_UID.exec(uid)?.[1];
    if (!digits) return false;
    const number = BigInt(digits);
    if (number >= 1n << 128n) return false;
    const bytes = Uint8Array.from({ length: 16 }, (_, n) => Number((number >> BigInt(8 * (15 - n))) & 0xffn));
    const b = bytes.slice(0, 10);
    if (((b[6] ?? 0) & 0xf0) !== 0x40 || ((b[8] ?? 0) & 0xc0) !== 0x80) return false;
    const isOwn = hex(bytes.subarray(10)) === hex(await this.seal(b));
    if (isOwn) this.own.add(uid);
    return isOwn;
  }
}

/** A DICOM DA or DT with its date moved back; time of day and offset stay. Null if it is no date. */
export function shifted(text: string, days: number): string | null {
  const match = DATE.exec(text);
  if (!match) return null;
  const [whole, year, month, day] = match;
  const from = new Date(0);
  from.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (Number(year) < 1 || from.getUTCMonth() !== Number(month) - 1 || from.getUTCDate() !== Number(day))
    return null;
  const moved = new Date(from.getTime() - days * DAY_MS);
  if (moved.getUTCFullYear() < 1) return null;
  const rest = text.slice(whole.length);
  if (!TIME_OF_DATETIME.test(rest)) return null;
  const [y, m, d] = [moved.getUTCFullYear(), moved.getUTCMonth() + 1, moved.getUTCDate()];
  return `${String(y).padStart(4, '0')}${String(m).padStart(2, '0')}${String(d).padStart(2, '0')}${rest}`;
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

function bigEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes)}`);
}
