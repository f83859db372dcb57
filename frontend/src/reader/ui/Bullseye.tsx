import { memo, useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { Trace } from '../heart/correspondence';
import { onMap, SECTORS, type Sector, type StateName } from '../heart/segments';
import type { Mark } from '../ledger/events';
import { markName, markSign, segmentName, stateName } from '../names';

function outline({ segment, inner, outer, from, to }: Sector): string {
  if (segment === 17)
    return `M0,${-outer}A${outer},${outer} 0 1 0 0,${outer}A${outer},${outer} 0 1 0 0,${-outer}Z`;
  const at = (radius: number, angle: number) =>
    onMap(radius, angle)
      .map((n) => n.toFixed(4))
      .join();
  // Counter-clockwise along the outer edge, back clockwise along the inner one.
  return (
    `M${at(inner, from)}L${at(outer, from)}A${outer},${outer} 0 0 0 ${at(outer, to)}` +
    `L${at(inner, to)}A${inner},${inner} 0 0 1 ${at(inner, from)}Z`
  );
}

const BORDERS = SECTORS.map(outline).join('');

interface BullseyeProps {
  state: StateName;
  marks: readonly Mark[];
  /** The focused segment, or null when the other state has the focus. */
  focus: number | null;
  borders: boolean;
  text: boolean;
  trace: Trace | null;
  onFocus: (segment: number) => void;
  /** Where the study lets a press score. */
  onPress?: (segment: number) => void;
  onHover: (segment: number | null) => void;
}

/**
 * The 17 segments over a polar map. A click moves the focus and never scores, so that a stray click cannot, unless the study
 * says otherwise. The keys are handled by the page: one radio is in the tab order, the arrows move on.
 */
export const Bullseye = memo(function Bullseye(props: BullseyeProps) {
  const { state, marks, focus, borders, text, trace, onFocus, onPress, onHover } = props;
  const t = useT();
  const group = useRef<HTMLDivElement>(null);
  const current = focus ?? 1;

  // Where the focus of the page is in a map, it follows the segment.
  useEffect(() => {
    const active = document.activeElement;
    if (focus === null || !active?.closest('[data-bullseye]')) return;
    group.current?.querySelector<SVGElement>(`[data-segment="${focus}"]`)?.focus({ preventScroll: true });
  }, [focus]);

  return (
    <div
      ref={group}
      className="reader-bullseye"
      data-bullseye={state}
      role="radiogroup"
      aria-label={t('reader.bullseye', { state: stateName(t, state) })}
      onPointerLeave={() => onHover(null)}
    >
      <svg viewBox="-1.02 -1.02 2.04 2.04" role="presentation">
        {SECTORS.map((sector) => (
          // biome-ignore lint/a11y/useSemanticElements: an HTML radio cannot be a sector of a ring
          <g
            key={sector.segment}
            className="reader-sector"
            role="radio"
            aria-checked={sector.segment === focus}
            aria-label={`${segmentName(t, sector.segment)}: ${markName(t, marks[sector.segment - 1])}`}
            tabIndex={sector.segment === current ? 0 : -1}
            data-segment={sector.segment}
            // The focus moves with the segment; a finger that begins to scroll, or a voice, presses nothing down.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => (onPress ?? onFocus)(sector.segment)}
            onPointerEnter={() => onHover(sector.segment)}
            onFocus={() => {
              if (sector.segment !== focus) onFocus(sector.segment);
            }}
          >
            <path d={outline(sector)} />
          </g>
        ))}
        {borders && <Borders />}
        {text && (
          <g className="reader-signs">
            {SECTORS.map((sector) => (
              <Sign key={sector.segment} sector={sector} mark={marks[sector.segment - 1] ?? null} />
            ))}
          </g>
        )}
        {trace && <TraceLines trace={trace} />}
        {focus !== null && <Emphasis sector={SECTORS[focus - 1]} />}
      </svg>
    </div>
  );
});

/** Of the 17 segments, in a view box from -1.02 to 1.02. */
export function Borders() {
  return (
    <g className="reader-borders">
      <path className="under" d={BORDERS} />
      <path className="over" d={BORDERS} />
    </g>
  );
}

function Sign({ sector, mark }: { sector: Sector; mark: Mark }) {
  const middle = sector.segment === 17 ? 0 : (sector.inner + sector.outer) / 2;
  const [x, y] = onMap(middle, (sector.from + sector.to) / 2);
  if (mark === null) return <circle className="blank" cx={x} cy={y} r={0.03} />;
  return (
    <text className={mark === 'NE' ? 'wide' : undefined} x={x} y={y}>
      {markSign(mark)}
    </text>
  );
}

/** White on black, so that it stands out from every colour table. */
function Emphasis({ sector }: { sector: Sector | undefined }) {
  if (!sector) return null;
  return (
    <g className="reader-emphasis">
      <path className="under" d={outline(sector)} />
      <path className="over" d={outline(sector)} />
    </g>
  );
}

function TraceLines({ trace }: { trace: Trace }) {
  const lines = ['casing', 'line'] as const;
  if (trace.kind === 'ring') {
    return (
      <g className="reader-trace">
        {lines.map((kind) => (
          <circle key={kind} className={kind} r={trace.radius} />
        ))}
      </g>
    );
  }
  return (
    <g className="reader-trace">
      {lines.flatMap((kind) =>
        trace.lines.map((course) => {
          const points = course.map((point) => point.join()).join(' ');
          return <polyline key={`${kind} ${points}`} className={kind} points={points} />;
        }),
      )}
    </g>
  );
}
