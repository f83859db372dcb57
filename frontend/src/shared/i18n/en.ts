import { en as coordinator } from '../../coordinator/messages.en';
import { en as investigator } from '../../investigator/messages.en';
import { readerEn as reader } from '../../reader/messages.en';
import { en as shared } from '../messages.en';

export const en = { ...shared, ...coordinator, ...investigator, ...reader } as const;
