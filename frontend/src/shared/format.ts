import type { Language } from './i18n';

export function formatNumber(lang: Language, value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  return new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}

/** A difference: always with its sign, the minus a real minus. */
export function formatSigned(lang: Language, value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const text = formatNumber(lang, Math.abs(value), digits);
  const zero = Number(Math.abs(value).toFixed(digits)) === 0;
  if (zero) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

export function formatPercent(lang: Language, fraction: number | null | undefined, digits = 0): string {
  if (fraction === null || fraction === undefined || Number.isNaN(fraction)) return '–';
  return new Intl.NumberFormat(lang, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(fraction);
}

/** Date and time of the viewer's clock, with its zone: times in a record must not be ambiguous. */
export function formatTime(lang: Language, iso: string | null | undefined): string {
  if (!iso) return '–';
  return new Intl.DateTimeFormat(lang, {
    year: 'numeric',
    month: lang === 'ja' ? 'numeric' : 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(new Date(iso));
}

/** A day of the calendar, such as '2026-11-30', whatever the viewer's zone. */
export function formatDay(lang: Language, day: string): string {
  return new Intl.DateTimeFormat(lang, {
    year: 'numeric',
    month: lang === 'ja' ? 'numeric' : 'short',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(day));
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function formatBytes(lang: Language, value: number): string {
  const step = Math.min(UNITS.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  return new Intl.NumberFormat(lang, {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: step < 2 ? 0 : 1,
  }).format(value / 1000 ** step);
}

/** 'A-2' before 'A-10'. */
export function bySubject<V extends { subject: string }>(a: V, b: V): number {
  return a.subject.localeCompare(b.subject, 'en', { numeric: true });
}

/** The first characters of a digest, as people read them out. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}
