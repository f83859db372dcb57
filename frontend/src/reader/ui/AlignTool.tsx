import { Suspense, useId, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { StateName } from '../heart/segments';
import { stateName } from '../names';
import { type LayoutDocument, shiftOf, viewsOf } from '../picture/layout';
import type { Command } from '../session/keys';
import type { View } from '../session/view';
import { AlignTable } from './pictureSheets';
import { signed } from './RowLabels';

export interface AlignToolProps {
  view: View;
  layout: LayoutDocument;
  states: readonly StateName[];
  onView: (view: View) => void;
  onCommand: (command: Command) => void;
}

/** Says how the second state lies against the first, and opens what moves it. */
export function AlignTool(props: AlignToolProps) {
  const { view, layout, states } = props;
  const t = useT();
  const id = useId();
  const [open, setOpen] = useState(false);
  const second = states[1];
  const summary = second ? movedBy(view, layout, states) : '';
  return (
    <>
      <button
        type="button"
        className={summary ? 'tool moved' : 'tool'}
        popoverTarget={id}
        data-testid="align"
        // A click must not take the focus: the scoring keys go on working.
        onMouseDown={(event) => event.preventDefault()}
      >
        {summary && second ? `${stateName(t, second)}${summary}` : t('reader.align')}
      </button>
      <div
        id={id}
        popover="auto"
        className="reader-align"
        role="dialog"
        aria-label={t('reader.align.title')}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {open && (
          <Suspense fallback={null}>
            <AlignTable {...props} />
          </Suspense>
        )}
      </div>
    </>
  );
}

/** " +1 SA · 2 mm": how the second state lies against the first; empty when it lies as it came. */
function movedBy(
  view: View,
  layout: LayoutDocument,
  [first = '', second = '']: readonly StateName[],
): string {
  const shifts = viewsOf(layout).flatMap((name) => {
    const apart = shiftOf(view.shifts, name, second) - shiftOf(view.shifts, name, first);
    return apart === 0 ? [] : [`${signed(apart)} ${name}`];
  });
  const nudge = nudgeText(view, second);
  return [...shifts, ...(nudge ? [` ${nudge}`] : [])].join(',');
}

export function nudgeText({ nudge }: View, state: StateName): string {
  const [i, j, k] = nudge[state] ?? [0, 0, 0];
  const length = Math.hypot(i, j, k);
  return length === 0 ? '' : `${Math.round(length * 10) / 10} mm`;
}
