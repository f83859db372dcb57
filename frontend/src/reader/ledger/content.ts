import type { Draft } from './events';

/**
 * What a signature covers, as bytes that browser and server write alike: UTF-8 JSON, sorted keys, no spaces, nothing escaped
 * that need not be. Fields without a value are absent.
 */
export function canonicalContent(draft: Draft, form: number): string {
  return canonical({ fields: draft.fields, form, scores: draft.scores });
}

/** SHA-256 in lower-case hexadecimal. */
export async function contentDigest(draft: Draft, form: number): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalContent(draft, form));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Free text as it may enter a record: no control characters but line ends, no half characters. */
export function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ').replace(/\p{Surrogate}/gu, '');
}
