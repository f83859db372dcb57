import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import type { Blank } from './types';

interface Props {
  boxes: readonly Blank[];
  rows: number;
  columns: number;
  onChange: (boxes: readonly Blank[]) => void;
  onAdd: () => void;
}

const SIDES = ['left', 'top', 'right', 'bottom'] as const;
type Side = (typeof SIDES)[number];

/** The boxes by their numbers: to correct them, and to make them without a mouse. */
export function BoxList({ boxes, rows, columns, onChange, onAdd }: Props) {
  const t = useT();
  const change = (index: number, side: Side, value: number) =>
    onChange(
      boxes.map((box, n) => (n === index ? bounded({ ...box, [side]: value }, side, rows, columns) : box)),
    );
  return (
    <fieldset className="look-boxes">
      <legend>{t('pixels.boxes')}</legend>
      {boxes.length === 0 && <p className="dim">{t('pixels.noBoxes')}</p>}
      {boxes.map((box, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no name but their place in the list
        <div key={index} className="look-box">
          <span className="dim">
            {box.frame === null ? t('pixels.everyFrame') : t('pixels.onlyFrame', { frame: box.frame + 1 })}
          </span>
          {SIDES.map((side) => (
            <label key={side}>
              {t(`pixels.${side}`)}
              <input
                type="number"
                min={0}
                max={side === 'left' || side === 'right' ? columns : rows}
                value={box[side]}
                onChange={({ target }) => change(index, side, Math.round(Number(target.value)) || 0)}
              />
            </label>
          ))}
          <Button
            look="quiet"
            aria-label={t('pixels.removeBox', { number: index + 1 })}
            onClick={() => onChange(boxes.filter((_, n) => n !== index))}
          >
            ×
          </Button>
        </div>
      ))}
      <Button onClick={onAdd}>{t('pixels.addBox')}</Button>
    </fieldset>
  );
}

/** The side that was moved stays within the image and moves the opposite one along, so that a box is never empty. */
function bounded(box: Blank, moved: Side, rows: number, columns: number): Blank {
  const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
  if (moved === 'left') {
    const left = within(box.left, 0, columns - 1);
    return { ...box, left, right: Math.max(left + 1, box.right) };
  }
  if (moved === 'right') {
    const right = within(box.right, 1, columns);
    return { ...box, right, left: Math.min(right - 1, box.left) };
  }
  if (moved === 'top') {
    const top = within(box.top, 0, rows - 1);
    return { ...box, top, bottom: Math.max(top + 1, box.bottom) };
  }
  const bottom = within(box.bottom, 1, rows);
  return { ...box, bottom, top: Math.min(bottom - 1, box.top) };
}
