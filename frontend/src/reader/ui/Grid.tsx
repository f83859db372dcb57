/** The slices: one canvas, row labels, and a drawing of the focused segment on top. */
import { memo, type PointerEvent, useEffect, useMemo, useRef, type WheelEvent } from 'react';
import { type T, useT } from '../../shared/i18n';
import type { StateName } from '../heart/segments';
import { segmentName, stateName } from '../names';
import type { Arrangement, Tile } from '../picture/layout';
import { GridPicture, type Scene, type Volumes } from '../picture/painter';
import type { ViewName } from '../picture/slices';
import type { Focus } from '../session/reading';
import { shownTable, type View } from '../session/view';
import { SegmentOutlines } from './SegmentOutlines';

export const LABEL_WIDTH = 24;

interface GridProps {
  volumes: Volumes;
  arrangement: Arrangement;
  view: View;
  marked: Focus;
  /** Edge of a tile in device pixels, and device pixels a CSS pixel. */
  side: number;
  ratio: number;
  onHover: (tile: Tile | null) => void;
  onWheel: (view: ViewName, step: 1 | -1) => void;
}

export function Grid({ volumes, arrangement, view, marked, side, ratio, onHover, onWheel }: GridProps) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const picture = useRef<GridPicture | null>(null);
  const { layout, tiles } = arrangement;
  const table = shownTable(view);
  const scene = useMemo<Scene>(
    () => ({ tiles, rows: layout.rows.length, columns: layout.columns, table, windows: view.windows }),
    [tiles, layout, table, view.windows],
  );
  const latest = useRef(scene);
  latest.current = scene;

  useEffect(() => {
    if (!host.current) return;
    const made = new GridPicture(host.current, volumes);
    picture.current = made;
    return () => {
      made.destroy();
      picture.current = null;
    };
  }, [volumes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new picture (other volumes) needs its size, too
  useEffect(() => picture.current?.resize(side, latest.current, ratio), [side, ratio, volumes]);
  useEffect(() => picture.current?.draw(scene), [scene]);

  const tileAt = (event: PointerEvent | WheelEvent): Tile | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) * ratio) / side);
    const row = Math.floor(((event.clientY - box.top) * ratio) / side);
    return tiles.find((tile) => tile.row === row && tile.column === column) ?? null;
  };
  const hovered = useRef<Tile | null>(null);
  const hover = (tile: Tile | null) => {
    if (tile === hovered.current) return;
    hovered.current = tile;
    onHover(tile);
  };
  const css = side / ratio;

  return (
    <div className="reader-grid" style={{ paddingLeft: LABEL_WIDTH }}>
      <RowLabels arrangement={arrangement} view={view} side={css} />
      <div
        ref={host}
        className="reader-tiles"
        role="img"
        aria-label={t('reader.grid.name', {
          segment: segmentName(t, marked.segment),
          state: stateName(t, marked.state),
        })}
        onPointerMove={(event) => hover(tileAt(event))}
        onPointerLeave={() => hover(null)}
        onWheel={(event) => {
          const tile = tileAt(event);
          if (tile && event.deltaY !== 0) onWheel(tile.view, event.deltaY > 0 ? 1 : -1);
        }}
      >
        <svg
          className="reader-overlay"
          width={layout.columns * css}
          height={layout.rows.length * css}
          aria-hidden="true"
        >
          {view.borders && (
            <SegmentOutlines arrangement={arrangement} volumes={volumes} marked={marked} side={css} />
          )}
          {view.text && <Orientation arrangement={arrangement} side={css} t={t} />}
        </svg>
      </div>
    </div>
  );
}

interface RowLabelsProps {
  arrangement: Arrangement;
  view: View;
  side: number;
}

const RowLabels = memo(function RowLabels({ arrangement, view, side }: RowLabelsProps) {
  const t = useT();
  return (
    <div className="reader-row-labels" hidden={!view.text} aria-hidden="true">
      {arrangement.layout.rows.map((row, index) => (
        <div
          key={`${row.view} ${row.state} ${row.first}`}
          className={row.state}
          style={{ top: index * side, height: side }}
        >
          <span>
            {row.view} {stateName(t, row.state)}
            {shiftText(view, row.view, row.state)}
          </span>
        </div>
      ))}
    </div>
  );
});

function shiftText(view: View, name: ViewName, state: StateName): string {
  const { both, rest } = view.shifts[name];
  const moved = state === 'rest' ? both + rest : both;
  if (moved === 0) return '';
  return ` ${moved > 0 ? '+' : '−'}${Math.abs(moved)}`;
}

/** Letters at the edges of each row's first tile. */
const Orientation = memo(function Orientation({
  arrangement,
  side,
  t,
}: {
  arrangement: Arrangement;
  side: number;
  t: T;
}) {
  const size = Math.min(Math.max(side * 0.085, 9.5), 18);
  const sides: Record<ViewName, [top: string, right: string, bottom: string, left: string]> = {
    SA: [
      t('reader.side.anterior'),
      t('reader.side.lateral'),
      t('reader.side.inferior'),
      t('reader.side.septal'),
    ],
    VLA: [t('reader.side.anterior'), t('reader.side.apex'), t('reader.side.inferior'), t('reader.side.base')],
    HLA: [t('reader.side.apex'), t('reader.side.lateral'), t('reader.side.base'), t('reader.side.septal')],
  };
  return (
    <g className="reader-orientation" fontSize={size}>
      {arrangement.tiles
        .filter(({ column }) => column === 0)
        .map(({ view, row }) => {
          const [top, right, bottom, left] = sides[view];
          const y = row * side;
          return (
            <g key={row}>
              <text x={side / 2} y={y + size} textAnchor="middle">
                {top}
              </text>
              <text x={side - 3} y={y + (side + size * 0.7) / 2} textAnchor="end">
                {right}
              </text>
              <text x={side / 2} y={y + side - 5} textAnchor="middle">
                {bottom}
              </text>
              <text x={2} y={y + (side + size * 0.7) / 2}>
                {left}
              </text>
            </g>
          );
        })}
    </g>
  );
});
