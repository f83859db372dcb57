import { dueEn } from '../../due/messages.en';
import { deskEn } from '../../reader/desk/messages.en';
import { laterEn as reader } from '../../reader/later.en';
import { shellEn } from '../shell/messages.en';

/** What the reading page does not say from its beginning. */
export const laterEn = { ...shellEn, ...dueEn, ...reader, ...deskEn } as const;
