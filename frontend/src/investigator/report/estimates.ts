import { formatNumber, formatPercent, formatSigned } from '../../shared/format';
import type { Language } from '../../shared/i18n';
import type { Estimate } from './result';

export type Kind = 'signed' | 'plain' | 'percent';

const WRITE: Record<Kind, (lang: Language, value: number | null, digits: number) => string> = {
  signed: formatSigned,
  plain: formatNumber,
  percent: formatPercent,
};

/** "+0.42 (0.21 to 0.63)"; a dagger where the interval was withheld or the patients are few. */
export function written(lang: Language, estimate: Estimate | undefined, kind: Kind, digits: number): string {
  if (!estimate || estimate.estimate === null) return '–';
  const value = WRITE[kind](lang, estimate.estimate, digits);
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
