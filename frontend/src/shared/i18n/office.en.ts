import { en as coordinator } from '../../coordinator/messages.en';
import { qcEn } from '../../coordinator/qc/messages.en';
import { qualityEn } from '../../coordinator/quality/messages.en';
import { en as investigator } from '../../investigator/messages.en';

/** What only the pages of coordinators, investigators and monitors say: a reader's browser does not wait for it. */
export const officeEn = { ...coordinator, ...qcEn, ...qualityEn, ...investigator } as const;
