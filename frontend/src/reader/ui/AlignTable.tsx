/** Slices and in-plane position of the second state against the first: what the keys and the wheel do, for the pointer. */
import type { MouseEvent, ReactNode } from 'react';
import { useT } from '../../shared/i18n';
import type { StateName } from '../heart/segments';
import { stateName } from '../names';
import { shiftOf, viewsOf } from '../picture/layout';
import type { ViewName } from '../picture/slices';
import { withShift } from '../session/view';
import { type AlignToolProps, nudgeText } from './AlignTool';
import { signed } from './RowLabels';

export function AlignTable({ view, layout, states, onView, onCommand }: AlignToolProps) {
  const t = useT();
  const second = states[1];
  const shift = (name: ViewName, moved: readonly StateName[], step: 1 | -1) =>
    onView(withShift(view, name, moved, step));
  return (
    <>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('reader.align.slices')}</th>
            {second && <th scope="col">{stateName(t, second)}</th>}
          </tr>
        </thead>
        <tbody>
          {viewsOf(layout).map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <Stepper
                  name={`${name} ${t('reader.align.slices')}`}
                  value={shiftOf(view.shifts, name, states[0] ?? '')}
                  onStep={(step) => shift(name, states, step)}
                />
              </td>
              {second && (
                <td>
                  <Stepper
                    name={`${name} ${stateName(t, second)}`}
                    value={shiftOf(view.shifts, name, second) - shiftOf(view.shifts, name, states[0] ?? '')}
                    onStep={(step) => shift(name, [second], step)}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {second && (
        <div className="arrows">
          <span>{t('reader.align.inPlane', { state: stateName(t, second) })}</span>
          {(['left', 'up', 'down', 'right'] as const).map((way) => (
            <Press key={way} name={t(`reader.align.${way}`)} onPress={() => onCommand(`nudge.${way}`)}>
              {ARROWS[way]}
            </Press>
          ))}
          <span>{nudgeText(view, second)}</span>
        </div>
      )}
      <button
        type="button"
        className="tool"
        onMouseDown={keepFocus}
        onClick={() => onCommand('slices.reset')}
      >
        {t('reader.align.reset')} <kbd aria-hidden="true">Home</kbd>
      </button>
    </>
  );
}

const ARROWS = { left: '←', up: '↑', down: '↓', right: '→' } as const;

interface StepperProps {
  name: string;
  value: number;
  onStep: (step: 1 | -1) => void;
}

function Stepper({ name, value, onStep }: StepperProps) {
  const t = useT();
  return (
    <span className="stepper">
      <Press name={t('reader.align.back', { name })} onPress={() => onStep(-1)}>
        −
      </Press>
      <span>{signed(value).trim() || '0'}</span>
      <Press name={t('reader.align.forward', { name })} onPress={() => onStep(1)}>
        +
      </Press>
    </span>
  );
}

function Press({ name, onPress, children }: { name: string; onPress: () => void; children: ReactNode }) {
  return (
    <button type="button" className="step" aria-label={name} onMouseDown={keepFocus} onClick={onPress}>
      {children}
    </button>
  );
}

function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}
