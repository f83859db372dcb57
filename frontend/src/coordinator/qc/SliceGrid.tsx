import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { StateName } from '../../reader/heart/segments';
import type { Tile } from '../../reader/picture/layout';
import type { Scene } from '../../reader/picture/painter';
import { planeOf, samplingOf, type ViewName, type Volume } from '../../reader/picture/slices';
import { useT } from '../../shared/i18n';
import { ColourScale } from './ColourScale';
import { linesOn, type Point, type TileLines } from './contour';
import { closeGrid, openGrid } from './engine';
import type { GridViewport } from './gridViewport';
import { imageScale, type Shown, UNCERTAINTY_SCALE } from './scales';
import type { Table } from './tables';

const COLUMNS = 8;
const ROWS: readonly { view: ViewName; first: number }[] = [
  { view: 'SA', first: 0 },
  { view: 'SA', first: COLUMNS },
  { view: 'VLA', first: 0 },
  { view: 'HLA', first: 0 },
];
const COUNTS: Record<ViewName, number> = { SA: 2 * COLUMNS, VLA: COLUMNS, HLA: COLUMNS };
/** The painter holds two volumes under the names of the states; here the second one is the uncertainty. */
const PLACE: Record<Shown, StateName> = { image: 'stress', uncertainty: 'rest' };
/** Units of the drawing a tile: text is sized in them. */
const UNIT = 100;

/** Where is what, on the first tile of each row: letters at top, right, bottom and left. */
const SIDES: Record<ViewName, readonly [string, string, string, string]> = {
  SA: ['A', 'L', 'I', 'S'],
  VLA: ['A', 'Ap', 'I', 'B'],
  HLA: ['Ap', 'L', 'B', 'S'],
};

interface Props {
  volume: Volume;
  /** On the grid of `volume`. */
  uncertainty: Volume | null;
  shown: Shown;
  table: Table;
  marked: boolean;
}

interface Drawn {
  tile: Tile;
  lines: TileLines;
}

function arranged(volume: Volume): Drawn[] {
  const sampling = samplingOf({ stress: volume, rest: volume }, COUNTS);
  return ROWS.flatMap(({ view, first }, row) =>
    Array.from({ length: COLUMNS }, (_, column) => {
      const plane = planeOf(view, first + column, COUNTS[view], volume, sampling);
      const tile: Tile = { row, column, view, state: 'stress', plane };
      return { tile, lines: linesOn(view, plane.centre, volume, sampling) };
    }),
  );
}

export function SliceGrid({ volume, uncertainty, shown, table, marked }: Props) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState<GridViewport | null>(null);
  const drawn = useMemo(() => arranged(volume), [volume]);
  const scale = useMemo(
    () => (shown === 'uncertainty' ? UNCERTAINTY_SCALE : imageScale(table)),
    [shown, table],
  );

  useLayoutEffect(() => {
    if (!host.current) return;
    const grid = openGrid(host.current);
    grid.setVolumes({ stress: volume, rest: uncertainty ?? volume });
    setViewport(grid);
    const sized = new ResizeObserver(() => grid.resize());
    sized.observe(host.current);
    return () => {
      sized.disconnect();
      closeGrid(grid);
      setViewport(null);
    };
  }, [volume, uncertainty]);

  useEffect(() => {
    const scene: Scene = {
      tiles: drawn.map(({ tile }) => ({ ...tile, state: PLACE[shown] })),
      rows: ROWS.length,
      columns: COLUMNS,
      table: scale.table,
      windows: { stress: scale.window, rest: scale.window },
    };
    viewport?.setScene(scene);
  }, [viewport, drawn, scale, shown]);

  return (
    <div className="stack">
      <div className="qc-grid" style={{ aspectRatio: `${COLUMNS} / ${ROWS.length}` }}>
        <div
          ref={host}
          className="qc-canvas"
          role="img"
          aria-label={t(shown === 'uncertainty' ? 'uncertainty.slices' : 'view.slices')}
        />
        <svg
          className="qc-overlay"
          viewBox={`0 0 ${COLUMNS * UNIT} ${ROWS.length * UNIT}`}
          aria-hidden="true"
        >
          {marked &&
            drawn.map(({ tile, lines }) => (
              <Lines key={`${tile.row}/${tile.column}`} tile={tile} lines={lines} />
            ))}
          {ROWS.map(({ view, first }, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are fixed
            <Letters key={row} view={view} row={row} sides={first === 0} />
          ))}
        </svg>
      </div>
      <div className="qc-legend">
        <ColourScale
          scale={scale}
          label={t(shown === 'uncertainty' ? 'uncertainty.pointsOfMaximum' : 'view.uptakeOfMaximum')}
        />
        {marked && (
          <p className="legend">
            <span>{t('view.wall')}</span>
            <span style={{ '--mark': '#c79a00' } as React.CSSProperties}>{t('view.limits')}</span>
          </p>
        )}
      </div>
    </div>
  );
}

function Lines({ tile, lines }: Drawn) {
  const move = ([x, y]: Point) => `${UNIT * (tile.column + x)},${UNIT * (tile.row + y)}`;
  return (
    <>
      {lines.wall.flatMap((wall) =>
        // A dark line under a bright one: seen on any colour.
        ['shade', 'contour'].map((name) => (
          <polyline key={name} className={name} points={wall.map(move).join(' ')} />
        )),
      )}
      {lines.limits.map(([from, to], end) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: apex and base
        <polyline key={end} className="limit" points={`${move(from)} ${move(to)}`} />
      ))}
    </>
  );
}

function Letters({ view, row, sides }: { view: ViewName; row: number; sides: boolean }) {
  const [top, right, bottom, left] = SIDES[view];
  const places: readonly (readonly [string, number, number])[] = [
    [top, 0.5, 0.08],
    [right, 0.94, 0.5],
    [bottom, 0.5, 0.94],
    [left, 0.06, 0.5],
  ];
  return (
    <>
      <text className="row-name" x={5} y={UNIT * row + 13}>
        {view}
      </text>
      {sides &&
        places.map(([letter, x, y]) => (
          <text key={letter} className="side" x={UNIT * x} y={UNIT * (row + y)}>
            {letter}
          </text>
        ))}
    </>
  );
}
