import { formatNumber, formatPercent, formatSigned } from '../../shared/format';
import type { Language } from '../../shared/i18n';
import type { Estimate } from './result';

export type Kind = 'signed' | 'plain' | 'percent';

const WRITE: Record<Kind, (lang: Language, value: number | null, digits: number) => string> = {
  signed: formatSigned,
  plain: formatNumber,
  percent: formatPercent,
};

/** What makes an estimate weak, in the order in which the marks are printed. */
export const MARKS = { few_abnormal: '†', few_cases: '‡' } as const;

export type Mark = keyof typeof MARKS;

/** The marks that some of a table's estimates carry: what its legend has to explain. */
export function marksOf(estimates: readonly (Estimate | undefined)[]): Mark[] {
  const shown = estimates.filter((one) => one !== undefined && one.estimate !== null);
  return (Object.keys(MARKS) as Mark[]).filter((mark) => shown.some((one) => one?.flags.includes(mark)));
}

/** "+0.42 (0.21 to 0.63)", with the marks of its flags behind the value. */
export function written(lang: Language, estimate: Estimate | undefined, kind: Kind, digits: number): string {
  if (!estimate || estimate.estimate === null) return '–';
  const marks = marksOf([estimate]).map((mark) => MARKS[mark]);
  const value = WRITE[kind](lang, estimate.estimate, digits) + marks.join('');
  const { interval } = estimate;
  if (!interval) return value;
  const [low, high] = interval.map((bound) => WRITE[kind](lang, bound, digits));
  return lang === 'ja' ? `${value} (${low}〜${high})` : `${value} (${low} to ${high})`;
}

/** p values as journals print them. */
export function writtenP(lang: Language, p: number | null): string {
  if (p === null) return '–';
  if (p < 0.001) return '<0.001';
  return formatNumber(lang, p, 3);
}
