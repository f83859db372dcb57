import { en as coordinator } from '../../coordinator/messages.en';
import { en as investigator } from '../../investigator/messages.en';

/** What only the pages of coordinators, investigators and monitors say: a reader's browser does not wait for it. */
export const officeEn = { ...coordinator, ...investigator } as const;
