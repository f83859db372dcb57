import { type MouseEvent, memo, useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { StateName } from '../heart/segments';
import { stateName } from '../names';
import { colours, type TableName, tableIndex } from '../picture/colours';
import type { Window } from '../picture/painter';
import { WINDOW_STEP } from '../session/view';

export interface WindowBarProps {
  state: StateName;
  table: TableName;
  window: Window;
  onLimit: (state: StateName, limit: keyof Window, value: number) => void;
}

const LIMITS = ['low', 'high'] as const;

/**
 * 0 to 100 % of the maximum in the colours of the pictures. Each limit of the window has a handle to drag, a number, and two
 * buttons for those who cannot drag.
 */
export const WindowBar = memo(function WindowBar({ state, table, window, onLimit }: WindowBarProps) {
  const t = useT();
  const name = stateName(t, state);
  const percent = (limit: keyof Window) => Math.round(window[limit] * 100);
  return (
    <div className="reader-window" data-name={name}>
      <div className="reader-slider">
        <Bar table={table} window={window} />
        {LIMITS.map((limit) => (
          <input
            key={limit}
            type="range"
            className={limit}
            min={0}
            max={100}
            step={WINDOW_STEP * 100}
            value={percent(limit)}
            aria-label={t(`reader.window.${limit}`, { state: name })}
            aria-valuetext={t('reader.window.percent', { percent: percent(limit) })}
            onChange={(event) => onLimit(state, limit, Number(event.target.value) / 100)}
            // The scoring keys must work right after a drag.
            onPointerUp={(event) => event.currentTarget.blur()}
          />
        ))}
      </div>
      <div className="reader-limits">
        {LIMITS.map((limit) => (
          <span key={limit} className={limit}>
            {([-1, 1] as const).map((way) => (
              <button
                key={way}
                type="button"
                aria-label={t(way < 0 ? 'reader.window.less' : 'reader.window.more', {
                  limit: t(`reader.window.${limit}`, { state: name }),
                })}
                onMouseDown={keepFocus}
                onClick={() => onLimit(state, limit, window[limit] + way * WINDOW_STEP)}
              >
                {way < 0 ? '−' : '+'}
              </button>
            ))}
            <span aria-hidden="true">{percent(limit)} %</span>
          </span>
        ))}
      </div>
    </div>
  );
});

/** A click must not take the focus: the scoring keys go on working. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

/**
 * One column of colour for each pixel of the screen, so that the edges of a stepped table stand where the values are and nothing
 * between two steps is ever shown.
 */
function Bar({ table, window }: { table: TableName; window: Window }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { low, high } = window;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const paint = () => {
      const columns = Math.max(1, Math.round(element.getBoundingClientRect().width * devicePixelRatio));
      element.width = columns;
      element.height = 1;
      const context = element.getContext('2d');
      if (!context) return;
      const image = context.createImageData(columns, 1);
      const entries = colours(table);
      for (let x = 0; x < columns; x++) {
        const entry = tableIndex((x + 0.5) / columns, low, high) * 4;
        image.data.set(entries.subarray(entry, entry + 4), x * 4);
      }
      context.putImageData(image, 0, 0);
    };
    paint();
    const observer = new ResizeObserver(paint);
    observer.observe(element);
    return () => observer.disconnect();
  }, [table, low, high]);
  return <canvas ref={canvas} className="reader-bar" />;
}
