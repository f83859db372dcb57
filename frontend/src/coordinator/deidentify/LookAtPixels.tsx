import { type PointerEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { BoxList } from './BoxList';
import { Boxes, ContactSheet, FrameCanvas, useTiling, type Window } from './ContactSheet';
import { boxBetween, brightest } from './draw';
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

/** sheet: frames side by side. single: one, large. brightest: of all frames at once, where dim letters can hide. */
const VIEWS = ['sheet', 'single', 'brightest'] as const;
type View = (typeof VIEWS)[number];

/** One image, for a person to say whether text is burned into it: every frame is shown, blanked where boxes are drawn. */
export function LookAtPixels({ frames, busy = false, onDecide, lead, leaveOut }: Props) {
  const t = useT();
  const { rows, columns, count } = frames;
  const [view, setView] = useState<View>(count > 1 ? 'sheet' : 'single');
  const [at, setAt] = useState(0);
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set());
  const [window, setWindow] = useState({ low: frames.low, high: frames.high });
  const [boxes, setBoxes] = useState<readonly Blank[]>([]);
  const [everyFrame, setEveryFrame] = useState(true);
  const whole = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const tiling = useTiling(place, frames);

  const unseen = count - seen.size;
  const shown = view === 'single' ? at : null;
  const add = (box: Omit<Blank, 'frame'>) =>
    setBoxes([...boxes, { ...box, frame: everyFrame || shown === null ? null : shown }]);
  const onShown = (n: number) => setSeen((before) => (before.has(n) ? before : new Set(before).add(n)));

  const step = view === 'sheet' ? tiling.perPage : 1;
  const first = Math.floor(at / step) * step;
  const last = Math.min(first + step, count);
  const goTo = (n: number) => n >= 0 && n < count && setAt(n);
  useArrowKeys(whole, (steps) => view !== 'brightest' && goTo(first + steps * step));

  return (
    <div className="look-at-pixels" ref={whole}>
      {(onDecide || lead) && <p>{lead ?? t('pixels.lead')}</p>}
      <div className="look-columns">
        <div className="look-place" ref={place}>
          {view === 'sheet' ? (
            <ContactSheet
              frames={frames}
              at={at}
              tiling={tiling}
              window={window}
              boxes={boxes}
              onShown={onShown}
              onOpen={(n) => {
                setAt(n);
                setView('single');
              }}
            />
          ) : (
            <Image
              frames={frames}
              shown={shown}
              window={window}
              boxes={boxes}
              onShown={onShown}
              onBox={onDecide && add}
            />
          )}
        </div>
        <div className="stack">
          {count > 1 && (
            <>
              <fieldset className="look-views" aria-label={t('pixels.view')}>
                {VIEWS.map((name) => (
                  <button
                    key={name}
                    type="button"
                    className="chip"
                    aria-pressed={view === name}
                    onClick={() => setView(name)}
                  >
                    {t(`pixels.view.${name}`)}
                  </button>
                ))}
              </fieldset>
              {view === 'brightest' ? (
                <p className="dim">{t('pixels.brightestHint')}</p>
              ) : (
                <div className="look-pages">
                  <Button disabled={first === 0} onClick={() => goTo(first - step)}>
                    {t('pixels.before')}
                  </Button>
                  <span>
                    {last - first > 1
                      ? t('pixels.framesOf', { first: first + 1, last, count })
                      : t('pixels.frameOf', { frame: first + 1, count })}
                  </span>
                  <Button
                    look={unseen > 0 ? 'primary' : undefined}
                    disabled={last >= count}
                    onClick={() => goTo(first + step)}
                  >
                    {t('pixels.next')}
                  </Button>
                </div>
              )}
              {view === 'sheet' && onDecide && <p className="dim">{t('pixels.sheetHint')}</p>}
              {view === 'single' && (
                <Slider
                  label={t('pixels.frame')}
                  value={at + 1}
                  min={1}
                  max={count}
                  onChange={(value) => setAt(value - 1)}
                />
              )}
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
          {count > 1 && (
            <span className={unseen > 0 ? 'flagged' : 'dim'} role="status">
              {unseen > 0 ? t('pixels.unseenFrames', { count: unseen }) : t('pixels.allSeen')}
            </span>
          )}
        </div>
      )}
    </div>
  );
}

/** Left and right, one frame or one page at a time; in a dialog wherever the focus is, on a page only within. */
function useArrowKeys(whole: RefObject<HTMLElement | null>, onStep: (steps: 1 | -1) => void): void {
  const step = useRef(onStep);
  step.current = onStep;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const on = event.target instanceof Element ? event.target : null;
      // A slider, a field and a list have their own use for the arrows.
      if (!whole.current || !on || on.closest('input:not([type=checkbox]), select, textarea')) return;
      const dialog = whole.current.closest('dialog');
      if (!(dialog ?? whole.current).contains(on)) return;
      event.preventDefault();
      step.current(event.key === 'ArrowRight' ? 1 : -1);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [whole]);
}

interface ImageProps {
  frames: Frames;
  /** null: the brightest of all. */
  shown: number | null;
  window: Window;
  boxes: readonly Blank[];
  onShown: (n: number) => void;
  /** Without it no box can be drawn. */
  onBox?: ((box: Omit<Blank, 'frame'>) => void) | undefined;
}

function Image({ frames, shown, window, boxes, onShown, onBox }: ImageProps) {
  const t = useT();
  const { rows, columns, count } = frames;
  const [corners, setCorners] = useState<readonly [Corner, Corner] | null>(null);

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
      <FrameCanvas frames={frames} wanted={shown ?? brightest} window={window} onShown={onShown} />
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
        <Boxes boxes={drawn ? [...visible, drawn] : visible} />
      </svg>
    </div>
  );
}

interface WindowProps {
  frames: Frames;
  window: Window;
  onChange: (window: Window) => void;
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
