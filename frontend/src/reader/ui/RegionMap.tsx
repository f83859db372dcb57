import { memo, useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { Form } from '../api';
import { regionShapes, SECTION_BOX } from '../heart/regionShapes';
import { type Side, sideOf } from '../heart/regions';
import type { StateName } from '../heart/segments';
import type { Mark } from '../ledger/events';
import { markName, markSign, siteName } from '../names';

interface RegionMapProps {
  form: Form;
  state: StateName;
  marks: readonly Mark[];
  /** The focused region, or null when another state has the focus. */
  focus: number | null;
  onFocus: (site: number) => void;
  /** Where the study lets a press score. */
  onPress?: (site: number) => void;
  onHover: (site: number | null) => void;
}

/** As in the pictures: the patient's right is at the viewer's left. */
const SIDES: readonly Side[] = ['right', 'left'];

/** The regions on a schematic section: a radiogroup for each side. A press moves the focus; the keys score, unless the study says otherwise. */
export const RegionMap = memo(function RegionMap(props: RegionMapProps) {
  const { form, state, marks, focus, onFocus, onPress, onHover } = props;
  const t = useT();
  const map = useRef<SVGSVGElement>(null);
  const shapes = regionShapes(form.regions);
  const [left, top, width] = SECTION_BOX;

  // Where the focus of the page is in the map, it follows the region.
  useEffect(() => {
    if (focus === null || !document.activeElement?.closest('[data-region-map]')) return;
    map.current?.querySelector<SVGElement>(`[data-site="${focus}"]`)?.focus({ preventScroll: true });
  }, [focus]);

  return (
    <svg
      ref={map}
      className="reader-region-map"
      data-region-map={state}
      viewBox={SECTION_BOX.join(' ')}
      role="presentation"
      onPointerLeave={() => onHover(null)}
    >
      {SIDES.map((side) => {
        const ours = shapes.filter(({ site }) => sideOf(form.regions[site - 1]) === side);
        const entry = ours.some(({ site }) => site === focus) ? focus : ours[0]?.site;
        return (
          <g key={side} role="radiogroup" aria-label={t(`reader.side.${side}`)}>
            {ours.map(({ site, path, label: [x, y] }) => {
              const mark = marks[site - 1] ?? null;
              return (
                // biome-ignore lint/a11y/useSemanticElements: an HTML radio cannot be a part of a drawing
                <g
                  key={site}
                  className={`reader-region score-${mark ?? 'blank'}`}
                  role="radio"
                  aria-checked={site === focus}
                  aria-label={`${siteName(t, form, site)}: ${markName(t, mark)}`}
                  tabIndex={site === entry ? 0 : -1}
                  data-site={site}
                  // As in the polar map: only a whole press counts.
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => (onPress ?? onFocus)(site)}
                  onPointerEnter={() => onHover(site)}
                  onFocus={() => {
                    if (site !== focus) onFocus(site);
                  }}
                >
                  <path d={path} />
                  <text x={x} y={y}>
                    {markSign(mark)}
                  </text>
                </g>
              );
            })}
          </g>
        );
      })}
      {shapes
        .filter(({ site }) => site === focus)
        .map(({ site, path }) => (
          <g key={site} className="reader-emphasis">
            <path className="under" d={path} />
            <path className="over" d={path} />
          </g>
        ))}
      {SIDES.map((side) => (
        <text
          key={side}
          className={`side ${side}`}
          x={side === 'right' ? left : left + width}
          y={top + 0.09}
          aria-hidden="true"
        >
          {t(`reader.side.${side}.short`)}
        </text>
      ))}
    </svg>
  );
});
