/** What follows the pointer in the slices: its slice as a line in the other views, its point as a cross in every tile. */
import { memo, useEffect, useRef } from 'react';
import type { Arrangement, Tile } from '../picture/layout';
import { placesOf, projection, worldOf } from '../picture/points';
import { type Spot, usePointedTile, usePointing } from './pointing';

interface LinkedProps {
  arrangement: Arrangement;
  /** Edge of a tile, and of the picture in it, in CSS pixels. */
  side: number;
  inner: number;
}

export const SliceLines = memo(function SliceLines({ arrangement, side, inner }: LinkedProps) {
  const pointed = usePointedTile();
  if (!pointed) return null;
  const course = arrangement.tiles
    .filter(({ view }) => view !== pointed.view)
    .map((tile) => sliceLine(pointed, tile, side, inner))
    .join('');
  return (
    <g className="reader-slice-lines">
      <path className="casing" d={course} />
      <path className="line" d={course} />
    </g>
  );
});

/** Where the plane of one tile cuts another: of the two middle lines of the plane, the one that is seen from the side. */
function sliceLine(cutting: Tile, tile: Tile, side: number, inner: number): string {
  const across = [worldOf(cutting, 0, 0.5), worldOf(cutting, 1, 0.5)] as const;
  const down = [worldOf(cutting, 0.5, 0), worldOf(cutting, 0.5, 1)] as const;
  const lines = [across, down].map((ends) => ends.map((end) => projection(tile, end)));
  const length = ([a, b]: { u: number; v: number }[]) => (a && b ? Math.hypot(a.u - b.u, a.v - b.v) : 0);
  const [one = [], other = []] = lines;
  const ends = length(one) >= length(other) ? one : other;
  if (ends.some(({ u, v }) => u < -0.01 || v < -0.01 || u > 1.01 || v > 1.01)) return '';
  return `M${ends.map(({ u, v }) => `${tile.column * side + u * inner},${tile.row * side + v * inner}`).join('L')}`;
}

/** The cross is large where the slice holds the point, small where it lies before or behind. Drawn without a render. */
export const Crosshair = memo(function Crosshair({ arrangement, side, inner }: LinkedProps) {
  const pointing = usePointing();
  const group = useRef<SVGGElement>(null);
  useEffect(() => {
    let spot: Spot | null = null;
    let request = 0;
    const draw = () => {
      request = 0;
      const [within, beside] = spot ? crosses(arrangement, spot, side, inner) : ['', ''];
      for (const path of group.current?.children ?? []) {
        path.setAttribute('d', path.classList.contains('beside') ? beside : within);
      }
    };
    const stop = pointing.follow((next) => {
      spot = next;
      request ||= requestAnimationFrame(draw);
    });
    return () => {
      stop();
      cancelAnimationFrame(request);
    };
  }, [pointing, arrangement, side, inner]);
  return (
    <g ref={group} className="reader-point">
      <path className="beside" />
      <path className="casing" />
      <path className="line" />
    </g>
  );
});

const EDGE = 0.02;

function crosses(
  arrangement: Arrangement,
  { tile: pointed, u: atU, v: atV }: Spot,
  side: number,
  inner: number,
): [within: string, beside: string] {
  let [large, small] = ['', ''];
  const [gap, arm, dot] = [inner * 0.035, inner * 0.13, Math.max(1.5, inner * 0.02)];
  for (const { tile, u, v, within } of placesOf(arrangement, worldOf(pointed, atU, atV))) {
    // Under the pointer itself is the pointer.
    if (tile === pointed || u < EDGE || v < EDGE || u > 1 - EDGE || v > 1 - EDGE) continue;
    const x = Math.round((tile.column * side + u * inner) * 10) / 10;
    const y = Math.round((tile.row * side + v * inner) * 10) / 10;
    if (within) {
      large += `M${x - arm},${y}h${arm - gap}M${x + gap},${y}h${arm - gap}M${x},${y - arm}v${arm - gap}M${x},${y + gap}v${arm - gap}`;
    } else {
      small += `M${x - dot},${y}h${2 * dot}M${x},${y - dot}v${2 * dot}`;
    }
  }
  return [large, small];
}
