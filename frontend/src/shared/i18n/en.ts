import { laterEn } from './later.en';
import { officeEn } from './office.en';
import { readingEn } from './reading.en';

export const en = { ...readingEn, ...laterEn, ...officeEn } as const;
