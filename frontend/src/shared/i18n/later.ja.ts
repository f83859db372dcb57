import { dueJa } from '../../due/messages.ja';
import { deskJa } from '../../reader/desk/messages.ja';
import { laterJa as reader } from '../../reader/later.ja';
import { shellJa } from '../shell/messages.ja';

export const laterJa = { ...shellJa, ...dueJa, ...reader, ...deskJa };
