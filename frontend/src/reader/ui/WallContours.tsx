import { memo, useMemo } from 'react';
import { cutBy, knots, withoutScraps } from '../heart/contour';
import type { Arrangement } from '../picture/layout';
import type { Volumes } from '../picture/painter';
import { projection } from '../picture/points';
import type { PictureKey } from '../picture/volume';
import type { Contours } from './contours';

interface WallContoursProps {
  arrangement: Arrangement;
  volumes: Volumes;
  contours: Contours;
  /** Edge of a tile, and of the picture in it, in CSS pixels. */
  side: number;
  inner: number;
}

/** The middle of the wall that the polar maps were read along, in every slice. */
export const WallContours = memo(function WallContours(props: WallContoursProps) {
  const { arrangement, volumes, contours, side, inner } = props;
  const nets = useMemo(
    () =>
      Object.entries(contours).flatMap(([key, contour]) => {
        const volume = volumes[key as PictureKey];
        const ventricle = volume?.ventricle;
        return contour && ventricle ? [{ key, net: knots(contour, { ...volume, ventricle }) }] : [];
      }),
    [volumes, contours],
  );
  const course = useMemo(
    () =>
      arrangement.tiles
        .map((tile) => {
          const net = nets.find(({ key }) => key === tile.key)?.net ?? [];
          const own = { ...tile, moved: [0, 0, 0] as const };
          return withoutScraps(cutBy(tile.plane, net), volumes[tile.key]?.spacing ?? 1)
            .map((ends) => {
              const [from, to] = ends.map((end) => {
                const { u, v } = projection(own, end);
                return `${(tile.column * side + u * inner).toFixed(1)},${(tile.row * side + v * inner).toFixed(1)}`;
              });
              return `M${from}L${to}`;
            })
            .join('');
        })
        .join(''),
    [arrangement, nets, volumes, side, inner],
  );
  return (
    <g className="reader-contour">
      <path className="casing" d={course} />
      <path className="line" d={course} />
    </g>
  );
});
