import type { StudyState } from '../shared/api/types';
import type { Tone } from '../shared/ui';

export const STATE_TONE: Record<StudyState, Tone> = {
  draft: 'plain',
  frozen: 'plain',
  open: 'busy',
  locked: 'warn',
  unblinded: 'good',
};
