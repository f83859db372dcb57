import { type PointerEvent, useEffect, useId, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { BoxList } from './BoxList';
import { boxBetween, brightest, greyLevels } from './draw';
import type { Blank, Frames, Looked } from './types';
import './deidentify.css';

interface Props {
  frames: Frames;
  /** A decision is being carried out. */
  busy?: boolean;
  /** Without it there is only the image to look at: no boxes, nothing to decide. */
  onDecide?: (looked: Looked) => void;
  /** What is asked, and what leaving out means, where the file is not about to be sent from this browser. */
  lead?: string;
  leaveOut?: string;
}

type Corner = readonly [x: number, y: number];

/** One image, for a person to say whether text is burned into it: shown frame by frame, blanked where boxes are drawn. */
export function LookAtPixels({ frames, busy = false, onDecide, lead, leaveOut }: Props) {
  const t = useT();
  const { rows, columns, count } = frames;
  const [shown, setShown] = useState<number | null>(count > 1 ? null : 0); // null: all frames at once
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set());
  const [window, setWindow] = useState({ low: frames.low, high: frames.high });
  const [boxes, setBoxes] = useState<readonly Blank[]>([]);
  const [everyFrame, setEveryFrame] = useState(true);

  useEffect(() => {
    if (shown === null) setSeen(new Set(Array.from({ length: count }, (_, n) => n)));
    else setSeen((before) => (before.has(shown) ? before : new Set(before).add(shown)));
  }, [shown, count]);

  const unseen = count - seen.size;
  const add = (box: Omit<Blank, 'frame'>) =>
    setBoxes([...boxes, { ...box, frame: everyFrame || shown === null ? null : shown }]);

  return (
    <div className="look-at-pixels">
      {(onDecide || lead) && <p>{lead ?? t('pixels.lead')}</p>}
      <div className="look-columns">
        <Image frames={frames} shown={shown} window={window} boxes={boxes} onBox={onDecide && add} />
        <div className="stack">
          {count > 1 && (
            <>
              <label className="inline">
                <input
                  type="checkbox"
                  checked={shown === null}
                  onChange={({ target }) => setShown(target.checked ? null : 0)}
                />
                {t('pixels.brightest')}
              </label>
              <Slider
                label={t('pixels.frame')}
                value={(shown ?? 0) + 1}
                min={1}
                max={count}
                onChange={(value) => setShown(value - 1)}
              />
              <p className="dim" role="status">
                {unseen > 0 ? t('pixels.unseenFrames', { count: unseen }) : t('pixels.allSeen')}
              </p>
            </>
          )}
          <WindowSliders frames={frames} window={window} onChange={setWindow} />
          {onDecide && count > 1 && (
            <label className="inline">
              {t('pixels.newBoxes')}
              <select
                value={everyFrame || shown === null ? 'all' : 'one'}
                onChange={({ target }) => setEveryFrame(target.value === 'all')}
              >
                <option value="all">{t('pixels.everyFrame')}</option>
                {shown !== null && <option value="one">{t('pixels.onlyFrame', { frame: shown + 1 })}</option>}
              </select>
            </label>
          )}
          {onDecide && (
            <BoxList
              boxes={boxes}
              rows={rows}
              columns={columns}
              onChange={setBoxes}
              onAdd={() =>
                add({ left: 0, top: 0, right: columns, bottom: Math.max(1, Math.floor(rows / 8)) })
              }
            />
          )}
        </div>
      </div>
      {onDecide && (
        <div className="actions">
          <Button
            look={boxes.length === 0 ? 'primary' : undefined}
            busy={busy}
            disabled={boxes.length > 0 || unseen > 0}
            onClick={() => onDecide({ decision: 'clean' })}
          >
            {t('pixels.clean')}
          </Button>
          <Button
            look={boxes.length > 0 ? 'primary' : undefined}
            disabled={busy || boxes.length === 0 || unseen > 0}
            onClick={() => onDecide({ decision: 'blank', blank: boxes })}
          >
            {t('pixels.blank', { count: boxes.length })}
          </Button>
          <Button look="danger" disabled={busy} onClick={() => onDecide({ decision: 'leave_out' })}>
            {leaveOut ?? t('pixels.leaveOut')}
          </Button>
        </div>
      )}
    </div>
  );
}

interface ImageProps {
  frames: Frames;
  shown: number | null;
  window: { low: number; high: number };
  boxes: readonly Blank[];
  /** Without it no box can be drawn. */
  onBox?: ((box: Omit<Blank, 'frame'>) => void) | undefined;
}

function Image({ frames, shown, window, boxes, onBox }: ImageProps) {
  const t = useT();
  const { rows, columns, count, inverted } = frames;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [values, setValues] = useState<ArrayLike<number> | null>(null);
  const [corners, setCorners] = useState<readonly [Corner, Corner] | null>(null);

  useEffect(() => {
    let current = true;
    const wanted = shown === null ? brightest(frames) : frames.frame(shown);
    wanted.then(
      (found) => current && setValues(found),
      () => current && setValues(null),
    );
    return () => {
      current = false;
    };
  }, [frames, shown]);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !values) return;
    context.putImageData(new ImageData(greyLevels(values, { ...window, inverted }), columns, rows), 0, 0);
  }, [values, window, inverted, columns, rows]);

  const at = (event: PointerEvent<Element>): Corner => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    return [((event.clientX - left) / width) * columns, ((event.clientY - top) / height) * rows];
  };
  const drawn = corners && boxBetween(...corners, frames);
  const visible = boxes.filter(({ frame }) => frame === null || shown === null || frame === shown);
  const label =
    shown === null ? t('pixels.brightestImage', { count }) : t('pixels.image', { frame: shown + 1, count });
  return (
    <div className="look-image">
      <canvas ref={canvas} width={columns} height={rows} />
      <svg
        viewBox={`0 0 ${columns} ${rows}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        className={onBox ? 'drawable' : undefined}
        onPointerDown={(event) => {
          if (!onBox) return;
          event.currentTarget.setPointerCapture?.(event.pointerId);
          setCorners([at(event), at(event)]);
        }}
        onPointerMove={(event) => corners && setCorners([corners[0], at(event)])}
        onPointerUp={() => {
          if (drawn) onBox?.(drawn);
          setCorners(null);
        }}
        onPointerCancel={() => setCorners(null)}
      >
        {[...visible, ...(drawn ? [drawn] : [])].map((box, n) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no name but their place in the list
            key={n}
            x={box.left}
            y={box.top}
            width={box.right - box.left}
            height={box.bottom - box.top}
          />
        ))}
      </svg>
    </div>
  );
}

interface WindowProps {
  frames: Frames;
  window: { low: number; high: number };
  onChange: (window: { low: number; high: number }) => void;
}

/** From a quarter below to a quarter above what the first window spans; letters hide at either end. */
function WindowSliders({ frames, window, onChange }: WindowProps) {
  const t = useT();
  const span = Math.max(4, frames.high - frames.low);
  const [min, max] = [Math.floor(frames.low - span / 4), Math.ceil(frames.high + span / 4)];
  return (
    <>
      <Slider
        label={t('pixels.low')}
        value={window.low}
        min={min}
        max={max}
        onChange={(low) => onChange({ low, high: Math.max(low + 1, window.high) })}
      />
      <Slider
        label={t('pixels.high')}
        value={window.high}
        min={min}
        max={max}
        onChange={(high) => onChange({ high, low: Math.min(high - 1, window.low) })}
      />
    </>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

function Slider({ label, value, min, max, onChange }: SliderProps) {
  const id = useId();
  return (
    <div className="look-slider">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        value={value}
        onChange={({ target }) => onChange(Number(target.value))}
      />
      <output htmlFor={id}>{value}</output>
    </div>
  );
}
