/** Cines: the beating heart in five slices, or the projections that the camera took. Nothing moves before the reader says so. */
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { stateName, tableName } from '../names';
import type { TableName } from '../picture/colours';
import { GridPicture, type Scene } from '../picture/painter';
import type { Command } from '../session/keys';
import { playing } from './cineClock';
import { type CineKind, type CinePictures, volumesAt } from './cinePictures';
import { HeaderSelect } from './HeaderSelect';
import { PictureDialog } from './PictureDialog';
import { enlargement } from './useTileSide';

/** They come with this sheet: without a network, too, once the sheet has been fetched. */
export { Cines } from './cinePictures';

interface CineSheetProps {
  kind: CineKind;
  tables: readonly TableName[];
  /** That of the page. */
  table: TableName;
  /** Fetched once for each read; asked again after a failure. */
  load: (kind: CineKind) => Promise<CinePictures>;
  onClose: () => void;
}

export function CineSheet({ kind, tables, table, load, onClose }: CineSheetProps) {
  const t = useT();
  const [pictures, setPictures] = useState<CinePictures | 'failed' | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    let gone = false;
    setPictures(null);
    load(kind).then(
      (found) => !gone && setPictures(found),
      () => !gone && setPictures('failed'),
    );
    return () => {
      gone = true;
    };
  }, [load, kind, attempt]);
  if (pictures && pictures !== 'failed') {
    return <Player kind={kind} tables={tables} usual={table} pictures={pictures} onClose={onClose} />;
  }
  return (
    <PictureDialog
      title={t(`reader.cine.${kind}`)}
      testId="cine"
      context="cine"
      onClose={onClose}
      onCommand={() => {}}
    >
      <div className="reader-cine-wait" role="status">
        {pictures === 'failed' ? (
          <>
            <p>{t('reader.cine.failed')}</p>
            <Button onClick={() => setAttempt((count) => count + 1)}>{t('ui.again')}</Button>
          </>
        ) : (
          <p>{t('reader.cine.loading')}</p>
        )}
      </div>
    </PictureDialog>
  );
}

const SPEEDS = [5, 10, 15, 20] as const;
const USUAL_SPEED = 10;
const AROUND = 48;
const HEAD = 210;
const LEVEL_STEP = 0.05;
const LINE_STEP = 0.01;

interface PlayerProps {
  kind: CineKind;
  tables: readonly TableName[];
  /** The table of the page: where the study has no gray, a cine begins with it. */
  usual: TableName;
  pictures: CinePictures;
  onClose: () => void;
}

function Player({ kind, tables, usual, pictures, onClose }: PlayerProps) {
  const t = useT();
  const { columns, rows, tiles, count, states } = pictures;
  const [plays, setPlays] = useState(false);
  const [speed, setSpeed] = useState<number>(USUAL_SPEED);
  const [table, setTable] = useState<TableName>(tables.includes('gray') ? 'gray' : usual);
  const [high, setHigh] = useState(1);
  const [line, setLine] = useState(0.5);
  const host = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLInputElement>(null);
  const text = useRef<HTMLOutputElement>(null);
  const picture = useRef<GridPicture | null>(null);
  const frame = useRef(0);
  const ratio = window.devicePixelRatio;
  const side = Math.floor(
    Math.min((window.innerWidth - AROUND) / columns, (window.innerHeight - HEAD * enlargement()) / rows) *
      ratio,
  );
  const scene = useMemo<Scene>(() => {
    const windows = Object.fromEntries(states.map((state) => [state, { low: 0, high }]));
    return { tiles, rows, columns, table, windows, interpolate: true };
  }, [tiles, rows, columns, table, states, high]);
  const latest = useRef(scene);
  latest.current = scene;

  const show = useCallback(
    (next: number) => {
      frame.current = ((next % count) + count) % count;
      picture.current?.setVolumes(volumesAt(pictures, frame.current));
      picture.current?.draw(latest.current);
      // The slider and its number follow without a render: a cine has up to 20 frames a second.
      if (slider.current) {
        slider.current.value = String(frame.current + 1);
        slider.current.setAttribute(
          'aria-valuetext',
          t('reader.cine.frame', { number: frame.current + 1, of: count }),
        );
      }
      if (text.current) text.current.textContent = `${frame.current + 1} / ${count}`;
    },
    [pictures, count, t],
  );

  useLayoutEffect(() => {
    if (!host.current) return;
    const made = new GridPicture(host.current, volumesAt(pictures, 0));
    picture.current = made;
    made.resize(side, latest.current, ratio);
    return () => {
      made.destroy();
      picture.current = null;
    };
  }, [pictures, side]);
  useEffect(() => picture.current?.draw(scene), [scene]);
  useEffect(() => show(frame.current), [show]);
  useEffect(() => {
    if (!plays) return;
    return playing({ framesASecond: speed, frames: count, first: frame.current }, show, () =>
      setPlays(false),
    );
  }, [plays, speed, count, show]);

  const step = (by: number) => {
    setPlays(false);
    show(frame.current + by);
  };
  const projections = kind === 'projections';
  const moveLine = (by: number) => setLine((now) => Math.min(Math.max(now + by, 0), 1));
  const brighten = (by: number) =>
    setHigh((now) => Math.min(Math.max(Math.round((now + by) * 100) / 100, 0.1), 1));
  const nextTable = (by: number) =>
    setTable((now) => tables[(tables.indexOf(now) + by + tables.length) % tables.length] ?? now);
  const onCommand = (command: Command) => {
    if (command === 'cine.play') setPlays((now) => !now);
    else if (command === 'cine.back') step(-1);
    else if (command === 'cine.forward') step(1);
    else if (command === 'table.next') nextTable(1);
    else if (command === 'table.previous') nextTable(-1);
    else if (command === 'window.upperDown') brighten(-LEVEL_STEP);
    else if (command === 'window.upperUp') brighten(LEVEL_STEP);
  };
  const onKey = ({ code }: KeyboardEvent) => {
    if (!projections || (code !== 'ArrowUp' && code !== 'ArrowDown')) return false;
    moveLine(code === 'ArrowUp' ? -LINE_STEP : LINE_STEP);
    return true;
  };
  const css = side / ratio;
  const place = ({ clientY, currentTarget }: PointerEvent) => {
    const box = currentTarget.getBoundingClientRect();
    setLine(Math.min(Math.max((clientY - box.top) / box.height, 0), 1));
  };
  return (
    <PictureDialog
      title={t(`reader.cine.${kind}`)}
      testId="cine"
      onClose={onClose}
      context="cine"
      onCommand={onCommand}
      onKey={onKey}
      tools={
        <HeaderSelect
          label={t('reader.table')}
          value={table}
          onChange={(name) => setTable(name as TableName)}
        >
          {tables.map((name) => (
            <option key={name} value={name}>
              {tableName(t, name)}
            </option>
          ))}
        </HeaderSelect>
      }
    >
      <div className="reader-cine" style={{ width: columns * css }}>
        <div className="captions" style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}>
          {(projections ? states.map((state) => stateName(t, state)) : GATED).map((name, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: three columns have the same name
            <span key={at}>{name}</span>
          ))}
        </div>
        <div
          ref={host}
          className="reader-tiles"
          style={{ height: rows * css }}
          role="img"
          aria-label={t(`reader.cine.${kind}`)}
          onPointerDown={(event) => {
            if (!projections) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            place(event);
          }}
          onPointerMove={(event) => {
            if (projections && event.currentTarget.hasPointerCapture(event.pointerId)) place(event);
          }}
        >
          <svg className="reader-overlay" width={columns * css} height={rows * css} aria-hidden="true">
            {projections && (
              <g className="reader-slice-lines">
                <path className="casing" d={`M0,${line * css}h${columns * css}`} />
                <path className="line" d={`M0,${line * css}h${columns * css}`} />
              </g>
            )}
            {!projections &&
              states.map((state, row) => (
                <text key={state} className="reader-cine-state" x={6} y={row * css + 18}>
                  {stateName(t, state)}
                </text>
              ))}
          </svg>
        </div>
        <div className="reader-cine-tools">
          <button type="button" className="tool primary" data-testid="play" onClick={() => setPlays(!plays)}>
            {plays ? t('reader.cine.pause') : t('reader.cine.play')} <kbd aria-hidden="true">P</kbd>
          </button>
          <button type="button" className="tool" onClick={() => step(-1)}>
            {t('reader.cine.before')} <kbd aria-hidden="true">,</kbd>
          </button>
          <button type="button" className="tool" onClick={() => step(1)}>
            {t('reader.cine.after')} <kbd aria-hidden="true">.</kbd>
          </button>
          <span className="reader-cine-slider">
            <input
              ref={slider}
              type="range"
              min={1}
              max={count}
              defaultValue={1}
              aria-label={t('reader.cine.slider')}
              onChange={(event) => {
                setPlays(false);
                show(Number(event.target.value) - 1);
              }}
            />
            {!projections && <abbr title={t('reader.cine.firstName')}>{t('reader.cine.first')}</abbr>}
          </span>
          <output ref={text} aria-live="off" />
          <HeaderSelect
            label={t('reader.cine.speed')}
            value={String(speed)}
            onChange={(value) => setSpeed(Number(value))}
          >
            {SPEEDS.map((each) => (
              <option key={each} value={each}>
                {t('reader.cine.fps', { count: each })}
              </option>
            ))}
          </HeaderSelect>
          <label className="colours">
            <span>{t('reader.cine.upper')}</span>
            <input
              type="range"
              min={10}
              max={100}
              step={5}
              value={Math.round(high * 100)}
              onChange={(event) => setHigh(Number(event.target.value) / 100)}
            />
            <span>{Math.round(high * 100)} %</span>
          </label>
          {projections && (
            <span>
              {t('reader.cine.line')}{' '}
              {([-1, 1] as const).map((way) => (
                <button
                  key={way}
                  type="button"
                  className="tool"
                  aria-label={t(way < 0 ? 'reader.cine.lineUp' : 'reader.cine.lineDown')}
                  onClick={() => moveLine(way * LINE_STEP)}
                >
                  {way < 0 ? '↑' : '↓'}
                </button>
              ))}
            </span>
          )}
        </div>
      </div>
    </PictureDialog>
  );
}

const GATED = ['SA', 'SA', 'SA', 'VLA', 'HLA'] as const;
