/**
 * The seal of a file: only what left stage 1 of this site, bit for bit, is believed to be de-identified already. The
 * browser's half of `reader_study/intake/seal.py`.
 */

import { joined } from './codestream';
import { line, parsedLine } from './describe';
import { hex, type Pseudonyms } from './pseudonyms';
import { type Item, latin, Malformed, PIXEL_DATA, SIGNED, type Structure, textAt } from './tree';
import type { Description } from './types';
import { canBeWritten, dataSet, type Encapsulated, text, type WrittenItem } from './write';

const [ID, COMMENTS] = [0x00100020, 0x00204000];
const SEALED = /^(.*); seal=[0-9a-f]{32}$/;
const SEAL = 16; // bytes
const PIXELS = 'OB or OW';

/** The value of Image Comments of a file of these elements; pixels among them, or compressed ones. */
export async function sealedLine(
  description: Description,
  elements: WrittenItem,
  encapsulated: Encapsulated | null,
  pseudonyms: Pseudonyms,
): Promise<string> {
  const bare = line(description);
  const parts = dataSet(new Map(elements).set(COMMENTS, text('LT', bare)), encapsulated);
  const content = new Uint8Array(await crypto.subtle.digest('SHA-256', joined(parts)));
  return `${bare}; seal=${hex((await pseudonyms.digest('file seal', content)).subarray(0, SEAL))}`;
}

/**
 * What a sealed file says it shows; null for a file that names no subject of this site. Of the file as it came, pixels not
 * decoded. Throws `Malformed` for a file that names one, but is not as stage 1 wrote it.
 */
export async function descriptionUnderSeal(
  structure: Structure,
  pseudonyms: Pseudonyms,
): Promise<Description | null> {
  const { root, fragments, transferSyntax } = structure;
  if ((await pseudonyms.subjectOf(textAt(root, ID))) === null) return null;
  const comments = root.get(COMMENTS);
  const description = parsedLine(SEALED.exec(textAt(root, COMMENTS))?.[1] ?? '');
  const elements = written(root, root.get(SIGNED)?.value[0] === 1);
  const pixels = elements?.get(PIXEL_DATA)?.vr;
  const ours = fragments.length > 0 ? fragments.every(({ length }) => length % 2 === 0) : pixels === 'OW';
  if (!description || !elements || !pixels || !ours || comments?.vr !== 'LT')
    throw new Malformed('seal_broken');
  const [table, ...frames] = fragments;
  if (table) elements.delete(PIXEL_DATA);
  const encapsulated = table ? { transferSyntax, table, frames } : null;
  const expected = await sealedLine(description, elements, encapsulated, pseudonyms);
  // As it was written, with its one blank: the text may have others around it.
  const padded = expected.length % 2 ? `${expected} ` : expected;
  if (latin(comments.value) !== padded) throw new Malformed('seal_broken');
  return description;
}

/** The elements of an item as we would write them; null if we would not. */
function written(item: Item, signed: boolean): WrittenItem | null {
  const elements: WrittenItem = new Map();
  for (const [tag, { vr, value, items }] of item) {
    const inner = items.map((one) => written(one, signed));
    const whole = inner.filter((one) => one !== null);
    const own = vr === 'US or SS' ? (signed ? 'SS' : 'US') : vr === PIXELS ? 'OW' : vr; // of an implicit file
    if (whole.length < inner.length || (vr !== 'SQ' && !canBeWritten(own, value))) return null;
    elements.set(tag, { vr: own, value, items: vr === 'SQ' ? whole : null });
  }
  return elements;
}
