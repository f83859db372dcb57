/**
 * What a header must not say of itself: contradictions, unknown texts, images that show more than an organ. The same
 * questions as in `reader_study/intake/soundness.py`.
 */

import { CLASSES } from './procedure';
import { isAscii, latin, Malformed, PIXEL_DATA, type Structure, stripped, textAt } from './tree';

const [SOP_CLASS, MODALITY, CHARACTER_SET] = [0x00080016, 0x00080060, 0x00080005];
const PATIENT_ID = 0x00100020;
/** Characters of LO (PS3.5 table 6.2-1), and the most bytes of one of them. */
const [LONGEST_ID, MOST_BYTES, ESCAPE] = [64, 4, 0x1b];
const [IMAGE_TYPE, BODY_PART] = [0x00080008, 0x00180015];
const META_SOP_CLASS = 0x0002;
const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10';
const MODALITIES: Record<string, string> = { nm: 'NM', pt: 'PT', ct: 'CT', enhanced_pt: 'PT' };
/** Defined terms (PS3.3 C.12.1.1.2), and how some systems misspell them. */
const KNOWN_CHARACTERS =
  /^(|ISO[ _-]?(2022[ _-]?)?(IR)?[ _-]?(6|13|58|87|100|101|109|110|126|127|138|144|148|149|159|165|166|192|203)|(ISO 2022 )?GB(18030|K)|UTF[ _-]?8|ISO[ _-]?8859[ _-]?\d+)$/i;
const HEAD = /HEAD|BRAIN|SKULL|FACE|NECK|SINUS|ORBIT|JAW|MAXILLA|MANDIBLE|HEADNECK/;
const NOTHING = new Uint8Array(0);

/** Before anything costly: an image of a known kind, with a size and with pixels. Throws `Malformed`. */
export function checkClass(structure: Structure): void {
  const stated = statedClass(structure);
  const sopClass = textAt(structure.root, SOP_CLASS);
  if (stated === MEDIA_DIRECTORY || sopClass === MEDIA_DIRECTORY) throw new Malformed('dicomdir');
  if (!sopClass && !stated) throw new Malformed('missing_attribute');
  const kind = CLASSES.get(sopClass);
  if (kind === undefined) throw new Malformed('sop_class');
  if (!structure.pixels || !structure.pixelBytes || !structure.root.has(PIXEL_DATA))
    throw new Malformed('missing_attribute');
  if ((kind === 'pt' || kind === 'ct') && structure.frames > 1) throw new Malformed('bad_value');
  if (isTooLong(stripped(structure.root.get(PATIENT_ID)?.value ?? NOTHING))) throw new Malformed('bad_value');
}

/** Longer than an identifier can be; a text that is not plain ASCII is not decoded to be counted. */
function isTooLong(value: Uint8Array): boolean {
  const plain = isAscii(value) && !value.includes(ESCAPE);
  return value.length > LONGEST_ID * (plain ? 1 : MOST_BYTES);
}

/** Why a person should see the header before the image counts; empty if there is no reason. */
export function doubtAboutHeader(structure: Structure): string {
  const { root } = structure;
  const [stated, sopClass] = [statedClass(structure), textAt(root, SOP_CLASS)];
  const kind = CLASSES.get(sopClass) ?? '';
  if ((stated !== '' && stated !== sopClass) || textAt(root, MODALITY) !== MODALITIES[kind])
    return 'contradiction';
  if (!textsAt(structure, CHARACTER_SET).every((term) => KNOWN_CHARACTERS.test(term.trim())))
    return 'charset';
  if (kind !== 'ct') return '';
  if (textsAt(structure, IMAGE_TYPE).includes('LOCALIZER')) return 'localizer';
  return HEAD.test(textAt(root, BODY_PART).toUpperCase()) ? 'head_ct' : '';
}

function statedClass({ meta }: Structure): string {
  return latin(stripped(meta.get(META_SOP_CLASS) ?? NOTHING));
}

function textsAt({ root }: Structure, tag: number): string[] {
  const element = root.get(tag);
  return element ? latin(stripped(element.value)).split('\\') : [];
}
