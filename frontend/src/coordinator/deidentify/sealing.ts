/** What the study itself writes into a sealed file: names, words, claims. */
import { seriesDescription } from './describe';
import { meaningOf, SEALED, VERSION } from './procedure';
import type { Subject } from './pseudonyms';
import type { Description } from './types';
import { sequence, text, type WrittenItem } from './write';

const [NAME, ID, SERIES_TEXT] = [0x00100010, 0x00100020, 0x0008103e];
const [BURNED_IN, INDICATOR] = [0x00280301, 0x00201040];
const [REMOVED, METHOD, METHOD_CODES, TEMPORAL] = [0x00120062, 0x00120063, 0x00120064, 0x00280303];
const [EQUIPMENT, PURPOSE] = [0x0018a001, 0x0040a170];
const [MAKER, MODEL, SOFTWARE] = [0x00080070, 0x00081090, 0x00181020];
const [CONCEPT_NAME, CONCEPT, VALUE_TYPE] = [0x0040a043, 0x0040a168, 0x0040a040];
const [CODE_VALUE, CODE_SCHEME, CODE_MEANING] = [0x00080100, 0x00080102, 0x00080104];

/** What the study writes into every file, but for its seal. */
export function ownElements(subject: Subject, description: Description, hasFrame: boolean): WrittenItem {
  const { profile, clean_pixels } = SEALED;
  const claims = description.pixels === 'unseen' ? profile : [...profile, clean_pixels];
  const own: WrittenItem = new Map([
    [NAME, text('PN', subject.token)],
    [ID, text('LO', subject.token)],
    [SERIES_TEXT, text('LO', seriesDescription(description))],
    [REMOVED, text('CS', 'YES')],
    [METHOD, text('LO', SEALED.method)],
    [METHOD_CODES, sequence(claims.map(([value, meaning]) => codeItem('DCM', value, meaning)))],
    [TEMPORAL, text('CS', 'MODIFIED')],
    [EQUIPMENT, sequence([equipment()])],
  ]);
  if (description.pixels !== 'unseen') own.set(BURNED_IN, text('CS', 'NO'));
  if (hasFrame) own.set(INDICATOR, text('LO', ''));
  return own;
}

function equipment(): WrittenItem {
  return new Map([
    [MAKER, text('LO', SEALED.equipment_maker)],
    [MODEL, text('LO', SEALED.equipment_model)],
    [SOFTWARE, text('LO', VERSION)],
    [PURPOSE, sequence([codeItem('DCM', ...SEALED.equipment_purpose)])],
  ]);
}

/** A coded concept as an item. */
export function codeItem(scheme: string, value: string, meaning: string): WrittenItem {
  return new Map([
    [CODE_VALUE, text('SH', value)],
    [CODE_SCHEME, text('SH', scheme)],
    [CODE_MEANING, text('LO', meaning)],
  ]);
}

/** An item of the acquisition context (TID 3470). */
export function stateItem(scheme: string, value: string): WrittenItem {
  const meaning = meaningOf('physiological_state', scheme, value) ?? '';
  const name = meaningOf('patient_state', ...SEALED.state_name) ?? '';
  return new Map([
    [VALUE_TYPE, text('CS', 'CODE')],
    [CONCEPT_NAME, sequence([codeItem(...SEALED.state_name, name)])],
    [CONCEPT, sequence([codeItem(scheme, value, meaning)])],
  ]);
}
