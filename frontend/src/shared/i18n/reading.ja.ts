import { readerJa as reader } from '../../reader/messages.ja';
import { ja as shared } from '../messages.ja';

export const readingJa = { ...shared, ...reader };
