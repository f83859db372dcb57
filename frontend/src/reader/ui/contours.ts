import type { Contour } from '../heart/contour';
import type { PictureKey } from '../picture/volume';
import type { Pictures } from '../session/pictures';

export type Contours = Readonly<Partial<Record<PictureKey, Contour>>>;

export function contoursOf({ contours, polars }: Pick<Pictures, 'contours' | 'polars'>): Contours {
  return Object.fromEntries(
    Object.entries(contours).flatMap(([key, distances]) => {
      const map = polars[key as PictureKey];
      return map ? [[key, { rings: map.rings, angles: map.angles, distances }]] : [];
    }),
  );
}
