/**
 * Corrections outlive the tab, so that the same folder dropped again gives the same files and only what is missing
 * is sent. They may hold a patient ID that somebody typed; so they are kept under a key that is made from the site's
 * key, which only a signed-in coordinator of the site is given: whoever sits down at this computer next reads nothing.
 */
import { type DBSchema, openDB } from 'idb';
import { type Correction, type Corrections, NONE } from './corrections';

export interface CorrectionMemory {
  load(): Promise<Corrections>;
  save(corrections: Corrections): Promise<void>;
}

interface Kept {
  at: number;
  correction: Correction;
}

interface Schema extends DBSchema {
  sealed: { key: string; value: { nonce: Uint8Array<ArrayBuffer>; data: ArrayBuffer } };
}

const FORGET_AFTER = 90 * 24 * 3600 * 1000;
const text = new TextEncoder();

/** @param siteKey 32 bytes. */
export async function openMemory(
  studyId: string,
  siteKey: Uint8Array<ArrayBuffer>,
  now: () => number = Date.now,
): Promise<CorrectionMemory> {
  const { name, key } = await derived(studyId, siteKey);
  const db = await openDB<Schema>('corrections before sending', 1, {
    upgrade(made) {
      made.createObjectStore('sealed');
    },
  }).catch(() => null); // a private window keeps nothing: the corrections live as long as the page
  let kept = new Map<string, Kept>();
  return {
    async load() {
      const stored = await db?.get('sealed', name);
      if (!stored) return NONE;
      try {
        const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: stored.nonce }, key, stored.data);
        const all = JSON.parse(new TextDecoder().decode(plain)) as [string, Kept][];
        kept = new Map(all.filter(([, { at }]) => now() - at < FORGET_AFTER));
        return new Map([...kept].map(([image, { correction }]) => [image, correction]));
      } catch {
        return NONE; // another key, or damage: decide again
      }
    },
    async save(corrections) {
      kept = new Map(
        [...corrections].map(([image, correction]) => {
          const known = kept.get(image);
          const same = known && JSON.stringify(known.correction) === JSON.stringify(correction);
          return [image, same ? known : { at: now(), correction }];
        }),
      );
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      const plain = text.encode(JSON.stringify([...kept]));
      const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, plain);
      await db?.put('sealed', { nonce, data }, name);
    },
  };
}

async function derived(
  studyId: string,
  siteKey: Uint8Array<ArrayBuffer>,
): Promise<{ name: string; key: CryptoKey }> {
  const base = await crypto.subtle.importKey('raw', siteKey, 'HKDF', false, ['deriveKey', 'deriveBits']);
  const from = (info: string) => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: text.encode(studyId),
    info: text.encode(info),
  });
  const key = await crypto.subtle.deriveKey(
    from('corrections key'),
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
  const bits = new Uint8Array(await crypto.subtle.deriveBits(from('corrections name'), base, 128));
  return { name: Array.from(bits, (byte) => byte.toString(16).padStart(2, '0')).join(''), key };
}
