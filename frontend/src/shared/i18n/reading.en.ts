import { readerEn as reader } from '../../reader/messages.en';
import { en as shared } from '../messages.en';

/** All that a reader's pages say. */
export const readingEn = { ...shared, ...reader } as const;
