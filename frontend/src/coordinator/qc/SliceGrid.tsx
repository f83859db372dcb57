import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Placed } from '../../reader/picture/layout';
import type { Scene } from '../../reader/picture/painter';
import { planeOf, samplingOf, type ViewName, type Volume } from '../../reader/picture/slices';
import type { PictureKey } from '../../reader/picture/volume';
import { useT } from '../../shared/i18n';
import type { Organ } from '../images';
import { ColourScale } from './ColourScale';
import { linesOn, type Point, type TileLines } from './contour';
import { closeGrid, openGrid } from './engine';
import type { GridViewport } from './gridViewport';
import { COLUMNS, countsOf, isOfHeart, ROWS, type Row, SIDES } from './rows';
import { imageScale, type Shown, UNCERTAINTY_SCALE } from './scales';
import type { Table } from './tables';

/** The painter holds two volumes; here the second one is the uncertainty. */
const PLACE: Record<Shown, PictureKey> = { image: '1 image', uncertainty: '1 uncertainty' };
const LABELS = {
  heart: { image: 'view.slices', uncertainty: 'uncertainty.slices' },
  brain: { image: 'view.slicesBrain', uncertainty: 'uncertainty.slicesBrain' },
} as const;
/** Units of the drawing a tile: text is sized in them. */
const UNIT = 100;

interface Props {
  /** With a ventricle it is a heart, without one a brain. */
  volume: Volume;
  /** On the grid of `volume`. */
  uncertainty: Volume | null;
  shown: Shown;
  table: Table;
  marked: boolean;
}

interface Drawn {
  tile: Placed;
  lines: TileLines;
}

const NO_LINES: TileLines = { wall: [], limits: [] };

function arranged(volume: Volume, rows: readonly Row[]): Drawn[] {
  const counts = countsOf(rows);
  const sampling = samplingOf({ [PLACE.image]: volume }, counts);
  return rows.flatMap(({ view, first }, row) =>
    Array.from({ length: COLUMNS }, (_, column) => {
      const plane = planeOf(view, first + column, counts[view] ?? 0, volume, sampling);
      const tile: Placed = { row, column, state: 'image', key: PLACE.image, plane };
      const { ventricle } = volume;
      const lines =
        ventricle && isOfHeart(view)
          ? linesOn(view, plane.centre, { ...volume, ventricle }, sampling)
          : NO_LINES;
      return { tile, lines };
    }),
  );
}

export function SliceGrid({ volume, uncertainty, shown, table, marked }: Props) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState<GridViewport | null>(null);
  const organ: Organ = volume.ventricle ? 'heart' : 'brain';
  const rows = ROWS[organ];
  const drawn = useMemo(() => arranged(volume, rows), [volume, rows]);
  const scale = useMemo(
    () => (shown === 'uncertainty' ? UNCERTAINTY_SCALE : imageScale(table)),
    [shown, table],
  );

  useLayoutEffect(() => {
    if (!host.current) return;
    const grid = openGrid(host.current);
    grid.setVolumes({ [PLACE.image]: volume, [PLACE.uncertainty]: uncertainty ?? volume });
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
      tiles: drawn.map(({ tile }) => ({ ...tile, state: shown, key: PLACE[shown] })),
      rows: rows.length,
      columns: COLUMNS,
      table: scale.table,
      windows: { [shown]: scale.window },
      interpolate: true,
    };
    viewport?.setScene(scene);
  }, [viewport, drawn, rows, scale, shown]);

  return (
    <div className="stack">
      <div className="qc-grid" style={{ aspectRatio: `${COLUMNS} / ${rows.length}` }}>
        <div ref={host} className="qc-canvas" role="img" aria-label={t(LABELS[organ][shown])} />
        <svg
          className="qc-overlay"
          viewBox={`0 0 ${COLUMNS * UNIT} ${rows.length * UNIT}`}
          aria-hidden="true"
        >
          {marked &&
            drawn.map(({ tile, lines }) => (
              <Lines key={`${tile.row}/${tile.column}`} tile={tile} lines={lines} />
            ))}
          {rows.map(({ view, first }, row) => (
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
        {marked && organ === 'heart' && (
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
