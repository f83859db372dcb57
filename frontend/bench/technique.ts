import type { Shifts } from '../src/reader/picture/layout';
import type { Window as Limits } from '../src/reader/picture/painter';

/** How far the steps go to either side. */
export const FARTHEST = 4;

export interface Shown {
  shifts: Shifts;
  window: Limits;
}

/** One way to show the tiles. Each step resolves when every tile was drawn anew. */
export interface Technique {
  scroll(shifts: Shifts): Promise<void> | void;
  window(limits: Limits): Promise<void> | void;
}
