/** How a test is measured, in words and numbers. */
import type { Threshold } from '../../shared/api/types';
import { formatNumber } from '../../shared/format';
import type { Language } from '../../shared/i18n';

type Measure = Threshold['measure'];

/** The last part of a measure's words; the server's own "within_one" would be a plural there. */
export const MEASURE_WORD = {
  exact: 'exact',
  within_one: 'near',
  weighted_kappa: 'kappa',
} as const satisfies Record<Measure, string>;

const AS_SHARE = ['exact', 'within_one'];

/**
 * A share as per cent, a kappa as it is. Never rounded up: what is below the threshold must not look as if it reached it.
 */
export function measuredText(language: Language, measure: Measure, value: number): string {
  const isShare = AS_SHARE.includes(measure);
  const scale = isShare ? 100 : 1;
  const digits = isShare ? 1 : 3;
  const shown = Math.floor(value * scale * 10 ** digits + 1e-6) / 10 ** digits;
  return `${formatNumber(language, shown, digits)}${isShare ? ' %' : ''}`;
}
