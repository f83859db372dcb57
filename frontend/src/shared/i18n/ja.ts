import { ja as coordinator } from '../../coordinator/messages.ja';
import { ja as investigator } from '../../investigator/messages.ja';
import { readerJa as reader } from '../../reader/messages.ja';
import { ja as shared } from '../messages.ja';
import type { en } from './en';
import type { SameKeys } from './translate';

export const ja: SameKeys<typeof en> = { ...shared, ...coordinator, ...investigator, ...reader };
