import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import { clock, type Moment, type ReplaySheet } from './timeline';
import { SPEEDS, type usePlay } from './usePlay';

interface TransportProps extends ReturnType<typeof usePlay> {
  all: readonly Moment[];
  sheets: readonly ReplaySheet[];
}

/** Play, pause, one act on or back, and a way to any moment. */
export function Transport({ all, index, last, playing, speed, go, step, toggle, setSpeed }: TransportProps) {
  const t = useT();
  const play = useRef<HTMLButtonElement>(null);
  useEffect(() => play.current?.focus(), []);
  const at = all[index]?.at ?? 0;
  const whole = all[last]?.at ?? 0;
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.code];
    if (by === undefined || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    step(by);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the controls inside have the focus; the arrows arrive here
    <footer className="reader-footer replay-transport" onKeyDown={onKeyDown}>
      <button
        type="button"
        className="tool"
        aria-label={t('replay.back')}
        disabled={index === 0}
        onClick={() => step(-1)}
      >
        ◂◂
      </button>
      <button ref={play} type="button" className="tool primary" onClick={toggle} data-testid="replay-play">
        {playing ? t('replay.pause') : t('replay.play')}
      </button>
      <button
        type="button"
        className="tool"
        aria-label={t('replay.on')}
        disabled={index === last}
        onClick={() => step(1)}
      >
        ▸▸
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={index}
        aria-label={t('replay.position')}
        aria-valuetext={t('replay.moment', { number: index, of: last, time: clock(at) })}
        onChange={(event) => go(event.target.valueAsNumber)}
      />
      <output className="count">
        {clock(at)} / {clock(whole)} · {t('replay.count', { number: index, of: last })}
      </output>
      <label>
        {t('replay.speed')}{' '}
        <select value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
          {SPEEDS.map((times) => (
            <option key={times} value={times}>
              ×{times}
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}
