/** One slice of all pictures, large, with the table and the windows of the page. For looking only: nothing is measured here. */
import { useCallback, useMemo, useState } from 'react';
import { useT } from '../../shared/i18n';
import { stateName } from '../names';
import type { Arrangement, LayoutDocument, Tile } from '../picture/layout';
import type { Volumes } from '../picture/painter';
import type { Command } from '../session/keys';
import type { Focus } from '../session/reading';
import { shownTable, type View, windowOf } from '../session/view';
import type { Contours } from './contours';
import { Grid, LABEL_WIDTH } from './Grid';
import { PictureDialog } from './PictureDialog';
import { Pointing, PointingContext } from './pointing';
import { setName } from './sets';
import { enlargement } from './useTileSide';
import { WindowBar, type WindowBarProps } from './WindowBar';

interface LightboxProps {
  /** The tile to begin with. */
  start: Tile;
  arrangement: Arrangement;
  volumes: Volumes;
  contours: Contours;
  view: View;
  focus: Focus;
  ratio: number;
  /** What changes how the pictures look, here and on the page. */
  onLook: (command: Command) => void;
  onLookEnd: (command: Command) => void;
  onLimit: WindowBarProps['onLimit'];
  onClose: () => void;
}

/** In CSS pixels; larger, nothing more is seen of voxels of 2 mm. */
const LARGEST = 1200;
const AROUND = 48;
const HEAD = 164;

export function Lightbox(props: LightboxProps) {
  const { start, arrangement, volumes, contours, view, focus, ratio } = props;
  const { onLook, onLookEnd, onLimit, onClose } = props;
  const t = useT();
  const pointing = useMemo(() => new Pointing(), []);
  const pictures = useMemo(() => slicesOfView(arrangement, start), [arrangement, start]);
  const count = Math.min(...pictures.map((tiles) => tiles.length));
  const [slice, setSlice] = useState(() => Math.max(0, firstSlice(pictures, start)));
  const shown = Math.min(slice, count - 1);
  const enlarged = useMemo(() => oneSlice(arrangement, pictures, shown), [arrangement, pictures, shown]);
  const { columns, rows } = enlarged.layout;
  const states = [...new Set(enlarged.tiles.map(({ state }) => state))];
  const words = enlargement();
  const labels = rows > 1 ? LABEL_WIDTH * words : 0;
  const side = Math.floor(
    Math.min(
      LARGEST,
      (window.innerWidth - AROUND - labels) / columns,
      (window.innerHeight - HEAD * words) / rows,
    ) * ratio,
  );
  const go = useCallback(
    (step: number) => setSlice((now) => Math.min(Math.max(now + step, 0), count - 1)),
    [count],
  );
  const onCommand = (command: Command) => {
    if (command === 'lightbox.back') go(-1);
    else if (command === 'lightbox.forward') go(1);
    else onLook(command);
  };
  const number = t('reader.lightbox.slice', { view: start.view, number: shown + 1, of: count });
  return (
    <PictureDialog
      title={number}
      testId="lightbox"
      onClose={onClose}
      context="lightbox"
      onCommand={onCommand}
      onRelease={onLookEnd}
      tools={
        <>
          <button type="button" className="tool" disabled={shown === 0} onClick={() => go(-1)}>
            {t('reader.lightbox.back')} <kbd aria-hidden="true">↑</kbd>
          </button>
          <button type="button" className="tool" disabled={shown === count - 1} onClick={() => go(1)}>
            {t('reader.lightbox.forward')} <kbd aria-hidden="true">↓</kbd>
          </button>
        </>
      }
    >
      <PointingContext value={pointing}>
        <div className="reader-enlarged" style={{ width: labels + (columns * side) / ratio }}>
          <div
            className="captions"
            style={{ gridTemplateColumns: `repeat(${columns}, 1fr)`, paddingLeft: labels / words }}
          >
            {pictures.slice(0, columns).map((tiles) => (
              <span key={tiles[0]?.key}>{tiles[0] && captionOf(tiles[0], rows > 1)}</span>
            ))}
          </div>
          <Grid
            volumes={volumes}
            contours={contours}
            arrangement={enlarged}
            view={view}
            focus={focus}
            name={number}
            side={side}
            ratio={ratio}
            enlarged={words}
            labels={rows > 1}
            onWheel={(_, step) => go(step)}
            onEnlarge={onClose}
          />
          <div className="reader-windows-row" style={{ paddingLeft: labels / words }}>
            {states.map((state) => (
              <section key={state} aria-label={t('reader.windows', { state: stateName(t, state) })}>
                {(rows > 1 || columns > states.length) && <b>{stateName(t, state)}</b>}
                <WindowBar
                  state={state}
                  table={shownTable(view)}
                  window={windowOf(view, state)}
                  onLimit={onLimit}
                />
              </section>
            ))}
          </div>
        </div>
      </PointingContext>
    </PictureDialog>
  );

  function captionOf({ state, set }: Tile, several: boolean): string {
    return several ? setName(set) : stateName(t, state);
  }
}

/** The slices of the view, picture after picture in the order of the page: states of a set side by side, sets as columns. */
function slicesOfView({ layout, tiles }: Arrangement, { view }: Tile): Tile[][] {
  const strips = layout.strips.filter((strip) => strip.view === view).sort((a, b) => a.first - b.first);
  const keys = [...new Set(tiles.filter((tile) => tile.view === view).map(({ key }) => key))];
  const ordered = keys
    .map((key) =>
      strips.flatMap(({ row, column, count, set, state }) =>
        tiles.filter(
          (tile) =>
            tile.key === key &&
            tile.set === set &&
            tile.state === state &&
            tile.row === row &&
            tile.column >= column &&
            tile.column < column + count,
        ),
      ),
    )
    .filter((found) => found.length > 0);
  const states = [...new Set(ordered.map(([first]) => first?.state))];
  const place = ([first]: Tile[]) => states.indexOf(first?.state) * 10 + (first?.set ?? 0);
  return ordered.sort((one, other) => place(one) - place(other));
}

function firstSlice(pictures: readonly Tile[][], { row, column }: Tile): number {
  const found = pictures.map((tiles) =>
    tiles.findIndex((tile) => tile.row === row && tile.column === column),
  );
  return Math.max(...found);
}

function oneSlice({ sampling }: Arrangement, pictures: readonly Tile[][], slice: number): Arrangement {
  const sets = new Set(pictures.map(([first]) => first?.set)).size;
  const columns = sets > 1 ? sets : pictures.length;
  const tiles = pictures.flatMap((all, index): Tile[] => {
    const tile = all[slice];
    return tile ? [{ ...tile, row: Math.floor(index / columns), column: index % columns }] : [];
  });
  const layout: LayoutDocument = {
    name: '',
    columns,
    rows: Math.ceil(tiles.length / columns),
    strips: tiles.map(({ view, state, set, row, column }) => ({
      view,
      state,
      set,
      row,
      column,
      count: 1,
      first: 0,
    })),
  };
  return { layout, sampling, tiles };
}
