/** In which colours, between which limits, a picture is painted, and what its numbers are. */
import type { TableName } from '../../reader/picture/colours';
import type { Window } from '../../reader/picture/painter';

export type Shown = 'image' | 'uncertainty';

export interface Scale {
  table: TableName;
  /** In fractions of the image's maximum. */
  window: Window;
  /** Values with a mark on the scale, in per cent of the image's maximum. */
  marks: readonly number[];
  /** Whether pictures have values beyond the last mark, in its colour. */
  open: boolean;
}

export function imageScale(table: TableName): Scale {
  return { table, window: { low: 0, high: 1 }, marks: [0, 20, 40, 60, 80, 100], open: false };
}

/** The same for every image, so that two images can be compared; in colours that are offered for no image. */
export const UNCERTAINTY_SCALE: Scale = {
  table: 'warm_metal',
  window: { low: 0, high: 0.1 },
  marks: [0, 2, 4, 6, 8, 10],
  open: true,
};
