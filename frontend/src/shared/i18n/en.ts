import { officeEn } from './office.en';
import { readingEn } from './reading.en';

export const en = { ...readingEn, ...officeEn } as const;
