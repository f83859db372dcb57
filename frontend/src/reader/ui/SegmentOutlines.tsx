import { memo } from 'react';
import { levelAt } from '../heart/correspondence';
import { onMap, sector } from '../heart/segments';
import type { Arrangement } from '../picture/layout';
import type { Volumes } from '../picture/painter';
import type { Focus } from '../session/reading';

/** Marks lie in the cavity and outside, from `near` to `far` of the middle of the wall: the muscle itself stays untouched. */
const MARKS_MM = [
  [-13, -7],
  [8, 14],
] as const;

interface SegmentOutlinesProps {
  arrangement: Arrangement;
  volumes: Volumes;
  marked: Focus;
  side: number;
}

/** Frames the short-axis tiles that cut the segment and marks its two borders beside their walls. */
export const SegmentOutlines = memo(function SegmentOutlines({
  arrangement,
  volumes,
  marked,
  side,
}: SegmentOutlinesProps) {
  const { level, from, to } = sector(marked.segment);
  const perMm = side / arrangement.sampling.field;
  const cut = arrangement.tiles.filter(({ view, state, plane }) => {
    const { ventricle, spacing } = volumes[state];
    return view === 'SA' && levelAt(ventricle, spacing, plane.centre[2]) === level;
  });
  return (
    <>
      {cut.map(({ row, column, state }) => {
        const [x, y] = [column * side, row * side];
        const middle = (side - 1) / 2;
        const radius = volumes[state].ventricle.radius_mm;
        const angles = level === 'apex' ? [] : [from, to];
        const marks = angles.flatMap((angle) =>
          MARKS_MM.map((ends) => ends.map((mm) => onMap(Math.max(0, radius + mm) * perMm, angle))),
        );
        const course = marks
          .map((ends) => `M${ends.map(([dx, dy]) => `${x + middle + dx},${y + middle + dy}`).join('L')}`)
          .join('');
        return (
          <g key={`${row} ${column}`} className={state === marked.state ? 'reader-cut now' : 'reader-cut'}>
            <rect x={x + 0.5} y={y + 0.5} width={side - 2} height={side - 2} />
            <path className="casing" d={course} />
            <path className="line" d={course} />
          </g>
        );
      })}
    </>
  );
});
