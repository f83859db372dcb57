/** What stands beside and on the slices in words. */
import { memo } from 'react';
import { type T, useT } from '../../shared/i18n';
import { stateName } from '../names';
import { type Arrangement, type LayoutDocument, type Strip, shiftOf } from '../picture/layout';
import type { ViewName } from '../picture/slices';
import type { View } from '../session/view';
import { setName } from './sets';

interface RowLabelsProps {
  layout: LayoutDocument;
  shifts: View['shifts'];
  side: number;
}

/** View and state of each row, and by how many slices it was moved. */
export const RowLabels = memo(function RowLabels({ layout, shifts, side }: RowLabelsProps) {
  const t = useT();
  const states = new Set(layout.strips.map(({ state }) => state)).size;
  return (
    <div className="reader-row-labels" aria-hidden="true">
      {firstOfRows(layout).map(({ view, state, row }, index, rows) => (
        <div
          key={row}
          className={endsGroup(rows, index) ? `${state} ends` : state}
          style={{ top: row * side, height: side }}
        >
          <b>{view}</b>
          {states > 1 && <span>{stateName(t, state)}</span>}
          <b className="moved">{signed(shiftOf(shifts, view, state))}</b>
        </div>
      ))}
    </div>
  );
});

/** The last row of a pair; where there is one state only, of a view. */
function endsGroup(rows: readonly Strip[], index: number): boolean {
  const [row, next] = [rows[index], rows[index + 1]];
  if (!row || !next) return false;
  return row.view !== next.view || (row.state !== next.state && next.state === rows[0]?.state);
}

function firstOfRows({ strips }: LayoutDocument): Strip[] {
  const rows = new Map<number, Strip>();
  for (const strip of strips) {
    const known = rows.get(strip.row);
    if (!known || strip.column < known.column) rows.set(strip.row, strip);
  }
  return [...rows.values()].sort((one, other) => one.row - other.row);
}

export function signed(moved: number): string {
  if (moved === 0) return '';
  return ` ${moved > 0 ? '+' : '−'}${Math.abs(moved)}`;
}

/** In tiles with shorter edges words come near the heart: once for each view is enough there. */
const SMALL_TILE = 130;

/** Letters at the edges of the first tile of each view, and A and B where two sets stand side by side. */
export const Orientation = memo(function Orientation({
  arrangement,
  side,
}: {
  arrangement: Arrangement;
  side: number;
}) {
  const t = useT();
  const size = Math.min(Math.max(side * 0.085, 9), 22);
  // In large tiles, words of neighbours would read as one.
  const inset = Math.max(2, size - 8);
  const { strips, rows } = arrangement.layout;
  const sides = sidesOf(t);
  const places = strips.flatMap(({ set, column }) => (column > 0 ? [{ set, column }] : []));
  const second = places.find(({ set }) => set !== strips[0]?.set);
  return (
    <>
      <g className="reader-orientation" fontSize={size}>
        {(side < SMALL_TILE ? firstOfViews(strips) : strips).map(({ view, row, column }) => {
          const [top, right, bottom, left] = sides[view];
          return (
            <g key={`${row} ${column}`} transform={`translate(${column * side} ${row * side})`}>
              <text x={side / 2} y={inset + size * 0.65} textAnchor="middle">
                {top}
              </text>
              <text x={side - inset} y={(side + size * 0.7) / 2} textAnchor="end">
                {right}
              </text>
              <text x={side / 2} y={side - inset} textAnchor="middle">
                {bottom}
              </text>
              <text x={inset} y={(side + size * 0.7) / 2}>
                {left}
              </text>
            </g>
          );
        })}
      </g>
      {second && (
        <g className="reader-sets" fontSize={size * 1.5}>
          <path d={`M${second.column * side},0v${rows * side}`} />
          <text x={5} y={size * 1.5}>
            {setName(strips[0]?.set ?? 1)}
          </text>
          <text x={second.column * side + 6} y={size * 1.5}>
            {setName(second.set)}
          </text>
        </g>
      )}
    </>
  );
});

/** Of each view and set the strip that stands first: the others of the view look the same way. */
function firstOfViews(strips: readonly Strip[]): Strip[] {
  return strips.filter(
    (strip) =>
      !strips.some(
        ({ view, set, row, column }) =>
          view === strip.view &&
          set === strip.set &&
          (row < strip.row || (row === strip.row && column < strip.column)),
      ),
  );
}

type Sides = readonly [top: string, right: string, bottom: string, left: string];

function sidesOf(t: T): Record<ViewName, Sides> {
  const side = (name: 'anterior' | 'inferior' | 'septal' | 'lateral' | 'apex' | 'base') =>
    t(`reader.side.${name}`);
  const way = (name: 'front' | 'back' | 'up' | 'low') => t(`reader.side.${name}`);
  return {
    SA: [side('anterior'), side('lateral'), side('inferior'), side('septal')],
    VLA: [side('anterior'), side('apex'), side('inferior'), side('base')],
    HLA: [side('apex'), side('lateral'), side('base'), side('septal')],
    // As if seen from the feet and from the front: the patient's right is on the left of the picture.
    TRA: [way('front'), 'L', way('back'), 'R'],
    COR: [way('up'), 'L', way('low'), 'R'],
    SAG: [way('up'), way('back'), way('low'), way('front')],
  };
}
