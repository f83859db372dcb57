import { memo, useMemo } from 'react';
import { levelAt, segmentBrackets } from '../heart/correspondence';
import { onMap, type Sector, sector } from '../heart/segments';
import type { Arrangement, Tile } from '../picture/layout';
import type { Volumes } from '../picture/painter';
import { projection } from '../picture/points';
import type { Vector, Ventricle, Volume } from '../picture/slices';
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
  /** Edge of a tile, and of the picture in it, in CSS pixels. */
  side: number;
  inner: number;
}

/** Frames the short-axis tiles that cut the segment, marks its two borders beside their walls, and brackets it in the long axes. */
export const SegmentOutlines = memo(function SegmentOutlines(props: SegmentOutlinesProps) {
  const { arrangement, volumes, marked, side, inner } = props;
  const cut = sector(marked.segment);
  const perMm = inner / arrangement.sampling.field;
  // Where slices cut a segment does not change while other slices come and go.
  // biome-ignore lint/correctness/useExhaustiveDependencies: of these volumes
  const known = useMemo<Known>(() => new Map(), [volumes]);
  return arrangement.tiles.map((tile) => {
    const { row, column, view, state, key, plane } = tile;
    const volume = volumes[key];
    const ventricle = volume?.ventricle;
    if (!ventricle) return null;
    const framed = view === 'SA' && levelAt(ventricle, volume.spacing, plane.centre[2]) === cut.level;
    const course = framed
      ? borderMarks(cut, ventricle.radius_mm * perMm, perMm, inner / 2)
      : brackets(tile, { ...volume, ventricle }, marked.segment, inner, known);
    if (!framed && !course) return null;
    return (
      <g
        key={`${row} ${column}`}
        transform={`translate(${column * side} ${row * side})`}
        className={state === marked.state ? 'reader-cut now' : 'reader-cut'}
      >
        {framed && <rect x={0.5} y={0.5} width={inner - 1} height={inner - 1} />}
        <path className="casing" d={course} />
        <path className="line" d={course} />
      </g>
    );
  });
});

function borderMarks({ level, from, to }: Sector, radius: number, perMm: number, middle: number): string {
  const angles = level === 'apex' ? [] : [from, to];
  return angles
    .flatMap((angle) =>
      MARKS_MM.map((ends) => ends.map((mm) => onMap(Math.max(0, radius + mm * perMm), angle))),
    )
    .map((ends) => `M${ends.map(([x, y]) => `${middle + x},${middle + y}`).join('L')}`)
    .join('');
}

type Known = Map<string, Vector[][]>;

function brackets(
  tile: Tile,
  heart: Volume<Ventricle>,
  segment: number,
  inner: number,
  known: Known,
): string {
  const { view, plane, key } = tile;
  if (view !== 'VLA' && view !== 'HLA') return '';
  const name = `${key} ${view} ${segment} ${plane.centre[view === 'VLA' ? 0 : 1]}`;
  const runs = known.get(name) ?? segmentBrackets(view, plane, heart, segment);
  known.set(name, runs);
  // Positions of the heart's own voxels: the picture may have been moved, its wall is where it was.
  const own = { ...tile, moved: [0, 0, 0] as const };
  return runs
    .map((run) => {
      const points = run.map((point) => {
        const { u, v } = projection(own, point);
        return `${(u * inner).toFixed(1)},${(v * inner).toFixed(1)}`;
      });
      return `M${points.join('L')}`;
    })
    .join('');
}
