import type { Language } from '../../shared/i18n';

/** A moment on the reader's clock, with its zone, and in UTC as the record keeps it. */
export function bothClocks(language: Language, at: Date): { local: string; utc: string } {
  const local = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    hourCycle: 'h23',
  }).format(at);
  return { local, utc: `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC` };
}
