import { useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { ActLine } from './acts';
import { clock, type Moment } from './timeline';

interface ActListProps {
  lines: readonly ActLine[];
  all: readonly Moment[];
  now: number;
  onGo: (index: number) => void;
}

/** Everything that was done, in order; the line of the moment stays in view. */
export function ActList({ lines, all, now, onGo }: ActListProps) {
  const t = useT();
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new moment has another line
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [now]);
  return (
    <section className="replay-acts" aria-label={t('replay.acts')}>
      <ol ref={list}>
        {lines.map(({ index, kind, text }) => (
          <li key={`${index} ${kind}`} className={kind}>
            <button
              type="button"
              aria-current={index === now ? 'step' : undefined}
              onClick={() => onGo(index)}
            >
              <span className="at">{clock(all[index]?.at ?? 0)}</span>
              <span>{text}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
