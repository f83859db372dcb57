import { useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { StateName } from '../heart/segments';
import { stateName } from '../names';
import { colours, type TableName, tableIndex } from '../picture/colours';
import type { Window } from '../picture/painter';
import { WINDOW_STEP } from '../session/view';

const COLUMNS = 512;

interface WindowBarProps {
  state: StateName;
  table: TableName;
  window: Window;
  onLimit: (limit: keyof Window, value: number) => void;
}

/** 0 to 100 % of the ventricle's maximum in the colours of the pictures, with a handle at each limit of the window. */
export function WindowBar({ state, table, window, onLimit }: WindowBarProps) {
  const t = useT();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const entries = colours(table);
    const image = context.createImageData(COLUMNS, 1);
    for (let x = 0; x < COLUMNS; x++) {
      const entry = tableIndex((x + 0.5) / COLUMNS, window.low, window.high) * 4;
      image.data.set(entries.subarray(entry, entry + 4), x * 4);
    }
    context.putImageData(image, 0, 0);
  }, [table, window]);

  const name = stateName(t, state);
  const handle = (limit: keyof Window) => (
    <input
      type="range"
      className={limit}
      min={0}
      max={100}
      step={WINDOW_STEP * 100}
      value={Math.round(window[limit] * 100)}
      aria-label={t(`reader.window.${limit}`, { state: name })}
      aria-valuetext={t('reader.window.percent', { percent: Math.round(window[limit] * 100) })}
      onChange={(event) => onLimit(limit, Number(event.target.value) / 100)}
      // The scoring keys must work right after a drag.
      onPointerUp={(event) => event.currentTarget.blur()}
    />
  );
  return (
    <div className="reader-window">
      <div className="reader-slider">
        <canvas ref={canvas} className="reader-bar" width={COLUMNS} height={1} />
        {handle('low')}
        {handle('high')}
      </div>
      <span className="reader-window-text" aria-hidden="true">
        {Math.round(window.low * 100)}–{Math.round(window.high * 100)} %
      </span>
    </div>
  );
}
