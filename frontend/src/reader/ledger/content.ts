import type { Draft } from './events';

/**
 * What a signature covers, as bytes that browser and server write alike: UTF-8 JSON, sorted keys, no spaces, nothing escaped
 * that need not be. Fields without a value are absent.
 */
export function canonicalContent(draft: Draft, form: number): string {
  return canonical({ fields: draft.fields, form, scores: draft.scores });
}

export function contentDigest(draft: Draft, form: number): Promise<string> {
  return sha256(canonicalContent(draft, form));
}

/** SHA-256 of a text as UTF-8, in lower-case hexadecimal. */
export async function sha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => inOrder(a, b));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** By code points, as the server sorts; the language itself sorts by halves of characters. */
function inOrder(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  const at = a.findIndex((letter, index) => letter !== b[index]);
  if (at < 0) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? -1) - (b[at]?.codePointAt(0) ?? -1);
}

/** Free text as it may enter a record: no control characters but line ends, no half characters. */
export function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ').replace(/\p{Surrogate}/gu, '');
}
