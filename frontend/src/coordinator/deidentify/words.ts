/** What codes and words say of an image: the browser's half of `inference/dicom/state.py`, with its words. */
import { CHARACTER_SETS, DESCRIBING } from './procedure';
import { isAscii, latin } from './tree';
import type { Method } from './types';

/** DICOM keyword to text. */
export type Texts = Readonly<Record<string, string>>;
export type Said = [said: string | null, keyword: string];

const PATTERNS = {
  stress: new RegExp(DESCRIBING.stress, 'u'),
  rest: new RegExp(DESCRIBING.rest, 'u'),
  corrected: new RegExp(DESCRIBING.corrected, 'u'),
  uncorrected: new RegExp(DESCRIBING.uncorrected, 'u'),
  views: Object.entries(DESCRIBING.views).map(([view, pattern]): [string, RegExp] => [
    view,
    new RegExp(pattern, 'u'),
  ]),
  methods: (['chang', 'ct'] as const).map((method): [Method, RegExp] => [
    method,
    new RegExp(DESCRIBING.methods[method], 'u'),
  ]),
};
const STRESS_CODES = new Set(DESCRIBING.stress_codes.map((pair) => pair.join('\n')));
const REST_CODES = new Set(DESCRIBING.rest_codes.map((pair) => pair.join('\n')));
const VIEW_BY_CODE = new Map(
  DESCRIBING.view_codes.map(([value, scheme, view]) => [`${value}\n${scheme}`, view]),
);

/** What the words are looked for in: NFKC, and A to Z small. */
function folded(text = ''): string {
  return text.normalize('NFKC').replace(/[A-Z]/g, (capital) => capital.toLowerCase());
}

/** By codes (value and scheme, a line each), then by words; what contradicts itself says nothing. */
export function stateIn(texts: Texts, codes: readonly string[]): Said {
  const stress = codes.some((one) => STRESS_CODES.has(one));
  const rest = codes.some((one) => REST_CODES.has(one));
  if (stress !== rest) return [stress ? 'stress' : 'rest', 'AcquisitionContextSequence'];
  for (const keyword of DESCRIBING.state_texts) {
    const text = folded(texts[keyword]);
    const [says, denies] = [PATTERNS.stress.test(text), PATTERNS.rest.test(text)];
    if (says !== denies) return [says ? 'stress' : 'rest', keyword];
  }
  return [null, ''];
}

/** By the first known code, the order of the slices, then by words. */
export function viewIn(texts: Texts, codes: readonly string[]): Said {
  for (const one of codes) {
    const view = VIEW_BY_CODE.get(one);
    if (view) return [view, 'ViewCodeSequence'];
  }
  if (DESCRIBING.short_axis_progressions.includes(texts.SliceProgressionDirection ?? ''))
    return ['short_axis', 'SliceProgressionDirection'];
  for (const keyword of DESCRIBING.view_texts) {
    const text = folded(texts[keyword]);
    const named = PATTERNS.views.filter(([, pattern]) => pattern.test(text));
    if (named.length === 1 && named[0]) return [named[0][0], keyword];
  }
  return [null, ''];
}

/** Whether the texts say that the image was corrected for attenuation, or name the method alone. */
export function saysCorrected(texts: Texts): boolean {
  const said = DESCRIBING.correction_texts.map((keyword) => folded(texts[keyword]));
  if (said.some((text) => PATTERNS.corrected.test(text) && !PATTERNS.uncorrected.test(text))) return true;
  return !said.some((text) => PATTERNS.uncorrected.test(text)) && methodIn(texts) !== '';
}

/** By what a corrected image was corrected; empty if no text names one method alone. */
export function methodIn(texts: Texts): Method | '' {
  for (const keyword of DESCRIBING.method_texts) {
    const text = folded(texts[keyword]);
    // Of a text that names the method alone the word is enough.
    const whole = keyword === 'AttenuationCorrectionMethod' ? `ac ${text}` : text;
    const named = PATTERNS.methods.filter(([, pattern]) => pattern.test(whole));
    if (named.length === 1 && named[0]) return named[0][0];
  }
  return '';
}

/**
 * The text of a value, well enough to look for words in it: the same as `reader_study/intake/character_sets.py`. What
 * people read is decoded by `text.ts`.
 */
export function worded(value: Uint8Array, declared: readonly string[]): string {
  const whole = latin(value);
  if (isAscii(value) && !whole.includes('\x1b')) return whole;
  const base = CHARACTER_SETS.declared[declared[0] ?? ''] ?? '';
  const [head = '', ...rest] = whole.split('\x1b');
  return piece(head, base) + rest.map((run) => escaped(run, base)).join('');
}

function escaped(run: string, base: string): string {
  const found = CHARACTER_SETS.escapes.find(([sequence]) => `\x1b${run}`.startsWith(sequence));
  if (!found) return piece(run, '');
  const [sequence, encoding] = found;
  if (encoding === 'iso-2022-jp') return piece(`\x1b${run}`, encoding);
  return piece(run.slice(sequence.length - 1), encoding || base);
}

function piece(text: string, encoding: string): string {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (isAscii(bytes) && encoding !== 'iso-2022-jp') return text;
  if (encoding) return new TextDecoder(encoding).decode(bytes);
  for (const guess of CHARACTER_SETS.guesses) {
    try {
      return new TextDecoder(guess, { fatal: true }).decode(bytes);
    } catch {
      // not this one
    }
  }
  return text.replace(/[\x80-\xff]/g, '\ufffd');
}
