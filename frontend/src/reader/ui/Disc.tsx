import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { Window } from '../picture/painter';
import { lay, wholeUpTo } from '../picture/pixels';
import { disc, type PolarMap, paintDisc } from '../picture/polarPicture';
import { useSize } from './useSize';

interface DiscProps {
  map: PolarMap;
  table: Uint8ClampedArray<ArrayBuffer>;
  window: Window;
}

/** A polar map at the pixels of the screen; only colours change with table and window. */
export function Disc({ map, table, window }: DiscProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, ratio } = useSize(frame);
  const css = wholeUpTo(width, ratio);
  const side = Math.round(css * ratio);
  const values = useMemo(() => disc(map, side), [map, side]);
  useLayoutEffect(() => {
    if (canvas.current && frame.current) lay(canvas.current, frame.current, css, css, ratio);
  }, [css, ratio]);
  useEffect(() => {
    if (canvas.current && side > 0) paintDisc(canvas.current, values, table, window);
  }, [values, side, table, window]);
  return (
    <div ref={frame} className="reader-disc-frame">
      <canvas ref={canvas} />
    </div>
  );
}
