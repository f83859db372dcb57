/** Polar maps of stress and rest with the 17 segments to score on them, and their difference where the study shows it. */
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { Trace } from '../heart/correspondence';
import { STATES, type StateName } from '../heart/segments';
import type { Draft } from '../ledger/events';
import { stateName } from '../names';
import { colours, differenceColours } from '../picture/colours';
import type { Window } from '../picture/painter';
import { lay, wholeUpTo } from '../picture/pixels';
import { difference, disc, type PolarMap, paintDisc } from '../picture/polarPicture';
import type { Focus } from '../session/reading';
import { shownTable, type View } from '../session/view';
import { Bullseye } from './Bullseye';
import { useSize } from './useSize';
import { WindowBar } from './WindowBar';

interface PolarMapsProps {
  polars: Readonly<Record<StateName, PolarMap>>;
  view: View;
  draft: Draft;
  focus: Focus;
  /** What the tile under the pointer cuts. */
  traces: Readonly<Partial<Record<StateName, Trace | null>>>;
  onFocus: (focus: Focus) => void;
  onHover: (focus: Focus | null) => void;
  onLimit: (state: StateName, limit: keyof Window, value: number) => void;
}

export function PolarMaps({ polars, view, draft, focus, traces, onFocus, onHover, onLimit }: PolarMapsProps) {
  const t = useT();
  const table = shownTable(view);
  return (
    <div className="reader-maps">
      {STATES.map((state) => (
        <section key={state} className="reader-map" aria-label={t(`reader.map.${state}`)}>
          <h2 className={state === focus.state ? 'now' : ''}>{stateName(t, state)}</h2>
          <div className="reader-disc">
            <Disc map={polars[state]} table={colours(table)} window={view.windows[state]} />
            <Bullseye
              state={state}
              marks={draft.scores[state]}
              focus={focus.state === state ? focus.segment : null}
              borders={view.borders}
              text={view.text}
              trace={traces[state] ?? null}
              onFocus={(segment) => onFocus({ state, segment })}
              onHover={(segment) => onHover(segment === null ? null : { state, segment })}
            />
          </div>
          <WindowBar
            state={state}
            table={table}
            window={view.windows[state]}
            onLimit={(limit, value) => onLimit(state, limit, value)}
          />
        </section>
      ))}
    </div>
  );
}

const DIFFERENCE_WINDOW: Window = { low: -0.5, high: 0.5 };

/** Rest minus stress on a scale of its own, so that it is not taken for perfusion. */
export function DifferenceMap({ polars }: { polars: Readonly<Record<StateName, PolarMap>> }) {
  const t = useT();
  const map = useMemo(() => difference(polars.stress, polars.rest), [polars]);
  const bar = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = bar.current?.getContext('2d');
    context?.putImageData(new ImageData(differenceColours(), 256, 1), 0, 0);
  }, []);
  return (
    <section className="reader-difference" aria-label={t('reader.map.difference')}>
      <h2>{t('reader.map.difference')}</h2>
      <div className="reader-disc">
        <Disc map={map} table={differenceColours()} window={DIFFERENCE_WINDOW} />
      </div>
      <canvas ref={bar} className="reader-bar" width={256} height={1} />
      <div className="reader-bar-ends">
        <span>{t('reader.difference.worse')}</span>
        <span>{t('reader.difference.better')}</span>
      </div>
    </section>
  );
}

interface DiscProps {
  map: PolarMap;
  table: Uint8ClampedArray<ArrayBuffer>;
  window: Window;
}

/** The map at the pixels of the screen; only colours change with table and window. */
function Disc({ map, table, window }: DiscProps) {
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
