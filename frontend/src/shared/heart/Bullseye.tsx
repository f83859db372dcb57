import type { ReactNode } from 'react';
import { onMap, SECTORS, type Sector } from '../../reader/heart/segments';
import './heart.css';

interface BullseyeProps {
  /** 17 values; index 0 is segment 1. */
  values: readonly (number | null)[];
  /** Fill of a sector; none where the picture behind it is to be seen. */
  colour?: (value: number) => string;
  text: (value: number | null, segment: number) => string;
  /** Says in words what is drawn. */
  summary: string;
  caption?: ReactNode;
  /** None where the drawing must lie exactly on a picture of the same size. */
  margin?: boolean;
}

/** The 17 segments of the left ventricle: anterior up, septum left, apex in the middle. */
export function Bullseye({ values, colour, text, summary, caption, margin = true }: BullseyeProps) {
  return (
    <figure className="bullseye">
      <svg viewBox={margin ? '-104 -104 208 208' : '-100 -100 200 200'} role="img" aria-label={summary}>
        {SECTORS.map((sector) => {
          const value = values[sector.segment - 1] ?? null;
          return (
            <path
              key={sector.segment}
              d={outlineOf(sector)}
              className="sector"
              style={colour && value !== null ? { fill: colour(value) } : undefined}
            />
          );
        })}
        {SECTORS.map((sector) => {
          const [x, y] = middleOf(sector);
          return (
            <text key={sector.segment} x={100 * x} y={100 * y}>
              {text(values[sector.segment - 1] ?? null, sector.segment)}
            </text>
          );
        })}
      </svg>
      {caption && <figcaption>{caption}</figcaption>}
    </figure>
  );
}

function middleOf({ inner, outer, from, to }: Sector): [number, number] {
  return inner === 0 ? [0, 0] : onMap((inner + outer) / 2, (from + to) / 2);
}

/** The outline as an SVG path in a circle of radius 100. */
export function outlineOf({ inner, outer, from, to }: Sector): string {
  const at = (radius: number, angle: number) =>
    onMap(radius * 100, angle)
      .map((v) => v.toFixed(2))
      .join(' ');
  if (inner === 0) {
    const r = outer * 100;
    return `M ${-r} 0 A ${r} ${r} 0 1 0 ${r} 0 A ${r} ${r} 0 1 0 ${-r} 0 Z`;
  }
  const [near, far] = [inner * 100, outer * 100];
  return `M ${at(outer, from)} A ${far} ${far} 0 0 0 ${at(outer, to)} L ${at(inner, to)} A ${near} ${near} 0 0 1 ${at(inner, from)} Z`;
}
