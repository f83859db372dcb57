/** The slices: one canvas, row labels, and drawings on top of it that follow the focus and the pointer. */
import { memo, type PointerEvent, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import type { Arrangement } from '../picture/layout';
import { type Drawn, GridPicture, type Scene, type Volumes } from '../picture/painter';
import type { ViewName } from '../picture/slices';
import type { Focus } from '../session/reading';
import { shownTable, type View } from '../session/view';
import type { Contours } from './contours';
import { Crosshair, SliceLines } from './LinkedLines';
import { WallContours } from './pictureSheets';
import { type Spot, usePointedSegment, usePointing } from './pointing';
import { Orientation, RowLabels } from './RowLabels';
import { SegmentOutlines } from './SegmentOutlines';

export const LABEL_WIDTH = 24;
/** One notch of a wheel is one slice; the many small steps of a touch pad add up to one. */
const NOTCH = 50;
const LINE = 40;

interface GridProps {
  volumes: Volumes;
  contours: Contours;
  arrangement: Arrangement;
  view: View;
  focus: Focus;
  /** Says what the slices are of and what is marked, for those who do not see it. */
  name: string;
  /** Edge of a tile in device pixels, and device pixels a CSS pixel. */
  side: number;
  ratio: number;
  /** How much larger than usual words are. */
  enlarged?: number;
  /** View and state beside each row. */
  labels?: boolean;
  onWheel: (view: ViewName, step: 1 | -1) => void;
  onEnlarge: () => void;
  /** They are drawn, and are on the screen with the next frame. */
  onDrawn?: () => void;
  /** The first complete picture of these volumes is on the screen. */
  onShown?: () => void;
}

export const Grid = memo(function Grid(props: GridProps) {
  const { volumes, contours, arrangement, view, focus, name, side, ratio } = props;
  const { enlarged = 1, labels = true, onWheel, onEnlarge, onDrawn, onShown } = props;
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const picture = useRef<GridPicture | null>(null);
  const [told, tell] = useState<Drawn>();
  const pointing = usePointing();
  const { layout, tiles } = arrangement;
  const table = shownTable(view);
  const { windows, interpolate } = view;
  const scene = useMemo<Scene>(
    () => ({ tiles, rows: layout.rows, columns: layout.columns, table, windows, interpolate }),
    [tiles, layout, table, windows, interpolate],
  );
  const latest = useRef(scene);
  latest.current = scene;

  useEffect(() => {
    if (!host.current) return;
    const made = new GridPicture(host.current, volumes, tell);
    picture.current = made;
    return () => {
      made.destroy();
      picture.current = null;
    };
  }, [volumes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other volumes or another number of tiles need a new size, too
  useEffect(() => {
    picture.current?.resize(side, latest.current, ratio);
  }, [side, ratio, volumes, layout.rows, layout.columns]);
  // Keys may come faster than frames: one drawing a frame is seen.
  useEffect(() => {
    const request = requestAnimationFrame(() => picture.current?.draw(scene));
    return () => cancelAnimationFrame(request);
  }, [scene]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each case
  useEffect(() => {
    let request = 0;
    let isLeft = false;
    // The frame after the one in which it was drawn: then it is there to be seen.
    void picture.current?.drawn.then(() => {
      if (isLeft) return;
      onDrawn?.();
      request = requestAnimationFrame(() => {
        request = requestAnimationFrame(() => onShown?.());
      });
    });
    return () => {
      isLeft = true;
      cancelAnimationFrame(request);
    };
  }, [volumes]);

  /** Where the pointer is over the slices, in tiles; null beside them. */
  const pointer = useRef<{ x: number; y: number } | null>(null);
  const spotAt = (place: { x: number; y: number } | null): Spot | null => {
    if (!place) return null;
    const [column, row] = [Math.floor(place.x), Math.floor(place.y)];
    const tile = tiles.find((found) => found.row === row && found.column === column);
    return tile ? { tile, u: place.x - column, v: place.y - row } : null;
  };
  const follow = ({ clientX, clientY, currentTarget }: PointerEvent) => {
    const box = currentTarget.getBoundingClientRect();
    pointer.current = { x: ((clientX - box.left) * ratio) / side, y: ((clientY - box.top) * ratio) / side };
    pointing.point(spotAt(pointer.current));
  };
  // Other slices lie under a pointer that stands still.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the tiles change
  useEffect(() => pointing.point(spotAt(pointer.current)), [tiles]);
  useEffect(() => {
    // Where the whole page scrolls, a wheel over the slices moves only them. A listener of React's could not say so.
    const tiles = host.current;
    const stay = (event: WheelEvent) => {
      if (event.deltaY !== 0 && !event.ctrlKey) event.preventDefault();
    };
    tiles?.addEventListener('wheel', stay, { passive: false });
    return () => tiles?.removeEventListener('wheel', stay);
  }, []);
  const wheel = useRef(0);
  const css = side / ratio;
  const inner = css - 1 / ratio;
  const linked = { arrangement, side: css, inner };
  return (
    <section
      className="reader-grid"
      style={{ paddingLeft: labels ? LABEL_WIDTH * enlarged : 0 }}
      aria-label={t('reader.slices')}
    >
      {labels && view.text && <RowLabels layout={layout} shifts={view.shifts} side={css} />}
      <div
        ref={host}
        className="reader-tiles"
        role="img"
        aria-label={name}
        onPointerMove={follow}
        onPointerLeave={() => {
          pointer.current = null;
          pointing.point(null);
        }}
        onDoubleClick={onEnlarge}
        onWheel={(event) => {
          if (event.ctrlKey) return;
          const amount = event.deltaY * (event.deltaMode === 0 ? 1 : LINE);
          wheel.current = Math.sign(amount) === Math.sign(wheel.current) ? wheel.current + amount : amount;
          const spot = spotAt(pointer.current);
          if (!spot || Math.abs(wheel.current) < NOTCH) return;
          onWheel(spot.tile.view, wheel.current > 0 ? 1 : -1);
          wheel.current = 0;
        }}
      >
        <svg
          className="reader-overlay"
          width={layout.columns * css}
          height={layout.rows * css}
          aria-hidden="true"
        >
          {view.contour && (
            <Suspense fallback={null}>
              <WallContours {...linked} volumes={volumes} contours={contours} />
            </Suspense>
          )}
          {view.text && view.borders && <Marked {...linked} volumes={volumes} focus={focus} />}
          {view.text && <SliceLines {...linked} />}
          {view.text && <Orientation arrangement={arrangement} side={css} />}
          {view.text && <Crosshair {...linked} />}
        </svg>
      </div>
      {told?.reduced && <p className="reader-reduced">{t('reader.reduced')}</p>}
      {told?.failed && (
        <p className="reader-reduced" role="alert">
          {t('reader.failed.pictures')}{' '}
          <Button onClick={() => picture.current?.draw(scene)}>{t('ui.again')}</Button>
        </p>
      )}
    </section>
  );
});

interface MarkedProps {
  arrangement: Arrangement;
  side: number;
  inner: number;
  volumes: Volumes;
  focus: Focus;
}

/** The segment under the pointer, otherwise the one in focus. */
function Marked({ focus, ...drawn }: MarkedProps) {
  const pointed = usePointedSegment();
  return <SegmentOutlines {...drawn} marked={pointed ?? focus} />;
}
