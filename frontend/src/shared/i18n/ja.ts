import type { en } from './en';
import { officeJa } from './office.ja';
import { readingJa } from './reading.ja';
import type { SameKeys } from './translate';

export const ja: SameKeys<typeof en> = { ...readingJa, ...officeJa };
