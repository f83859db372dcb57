import type { en } from './en';
import { laterJa } from './later.ja';
import { officeJa } from './office.ja';
import { readingJa } from './reading.ja';
import type { SameKeys } from './translate';

export const ja: SameKeys<typeof en> = { ...readingJa, ...laterJa, ...officeJa };
