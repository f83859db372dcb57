import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import { greyLevels } from './draw';
import type { Blank, Frames } from './types';

/** Smaller than this, in CSS pixels, nobody reads letters. */
export const SMALLEST_TILE = 96;
const GAP = 4;
/** Until the page has a width: of a small laptop's screen. */
const USUAL_WIDTH = 440;

export interface Window {
  low: number;
  high: number;
}

export interface Tiling {
  across: number;
  perPage: number;
}

/** Tiles on a square page: never smaller than `SMALLEST_TILE`, and never with fewer pixels than the frame has. */
export function tilingOf(width: number, { rows, columns }: Pick<Frames, 'rows' | 'columns'>): Tiling {
  const wide = Math.max(SMALLEST_TILE, columns, (SMALLEST_TILE * columns) / rows);
  const high = (wide * rows) / columns;
  const fitting = (one: number) => Math.max(1, Math.floor((width + GAP) / (one + GAP)));
  const across = fitting(wide);
  return { across, perPage: across * fitting(high) };
}

/** As many tiles as the place has room for, also after its size changed. */
export function useTiling(place: RefObject<HTMLElement | null>, frames: Frames): Tiling {
  const [width, setWidth] = useState(USUAL_WIDTH);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element || typeof ResizeObserver === 'undefined') return;
    const measure = () => element.clientWidth > 0 && setWidth(element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [place]);
  return tilingOf(width, frames);
}

interface Props {
  frames: Frames;
  /** The page with this frame is shown. */
  at: number;
  tiling: Tiling;
  window: Window;
  boxes: readonly Blank[];
  /** Frame `n` is on the screen now. */
  onShown: (n: number) => void;
  onOpen: (n: number) => void;
}

/** Frames side by side, each large enough to be read. */
export function ContactSheet({ frames, at, tiling, window, boxes, onShown, onOpen }: Props) {
  const t = useT();
  const { rows, columns, count } = frames;
  const first = Math.floor(at / tiling.perPage) * tiling.perPage;
  const numbers = Array.from({ length: Math.min(tiling.perPage, count - first) }, (_, n) => first + n);
  return (
    <ul className="look-sheet" style={{ gridTemplateColumns: `repeat(${tiling.across}, 1fr)` }}>
      {numbers.map((n) => (
        <li key={n}>
          <button
            type="button"
            className="look-tile"
            aria-label={t('pixels.openFrame', { frame: n + 1 })}
            onClick={() => onOpen(n)}
          >
            <FrameCanvas frames={frames} wanted={n} window={window} onShown={onShown} />
            <svg viewBox={`0 0 ${columns} ${rows}`} preserveAspectRatio="none" aria-hidden="true">
              <Boxes boxes={boxes.filter(({ frame }) => frame === null || frame === n)} />
            </svg>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Boxes({ boxes }: { boxes: readonly Omit<Blank, 'frame'>[] }) {
  return boxes.map((box, n) => (
    <rect
      // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no name but their place in the list
      key={n}
      x={box.left}
      y={box.top}
      width={box.right - box.left}
      height={box.bottom - box.top}
    />
  ));
}

interface CanvasProps {
  frames: Frames;
  /** A frame, or a picture made of several. */
  wanted: number | ((frames: Frames) => Promise<ArrayLike<number>>);
  window: Window;
  /** The frame was drawn; of a picture made of several it is never said. */
  onShown: (n: number) => void;
}

export function FrameCanvas({ frames, wanted, window, onShown }: CanvasProps) {
  const { rows, columns, inverted } = frames;
  const canvas = useRef<HTMLCanvasElement>(null);
  const told = useRef(onShown);
  told.current = onShown;
  const [drawn, setDrawn] = useState<{ of: CanvasProps['wanted']; values: ArrayLike<number> } | null>(null);

  useEffect(() => {
    let current = true;
    const asked = typeof wanted === 'number' ? frames.frame(wanted) : wanted(frames);
    asked.then(
      (values) => current && setDrawn({ of: wanted, values }),
      () => current && setDrawn(null),
    );
    return () => {
      current = false;
    };
  }, [frames, wanted]);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    if (!drawn) {
      context.clearRect(0, 0, columns, rows);
      return;
    }
    const levels = greyLevels(drawn.values, { ...window, inverted });
    context.putImageData(new ImageData(levels, columns, rows), 0, 0);
    if (typeof drawn.of === 'number') told.current(drawn.of);
  }, [drawn, window, inverted, columns, rows]);

  return <canvas ref={canvas} width={columns} height={rows} />;
}
