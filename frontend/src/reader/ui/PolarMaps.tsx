/** Polar maps of each state with the segments to score on them, and the windows of the pictures below them. */
import { memo, useCallback, useEffect, useMemo, useRef } from 'react';
import { useT } from '../../shared/i18n';
import { type Heart, mapPoint, traceOf } from '../heart/correspondence';
import type { StateName } from '../heart/segments';
import { type Draft, marksOf } from '../ledger/events';
import { stateName } from '../names';
import { colours } from '../picture/colours';
import type { Window } from '../picture/painter';
import { worldOf } from '../picture/points';
import type { PolarMap } from '../picture/polarPicture';
import type { Volume } from '../picture/slices';
import { pictureKey } from '../picture/volume';
import type { Pictures } from '../session/pictures';
import type { Focus } from '../session/reading';
import { shownTable, type View, windowOf } from '../session/view';
import { Bullseye } from './Bullseye';
import { Disc } from './Disc';
import { usePointedTile, usePointing } from './pointing';
import { setName } from './sets';
import { WindowBar } from './WindowBar';

interface PolarMapsProps {
  pictures: Pictures;
  states: readonly StateName[];
  /** Whose maps can lie under the segments: one set, or two to choose from. */
  sets: readonly number[];
  view: View;
  draft: Draft;
  focus: Focus;
  onFocus: (focus: Focus) => void;
  /** Where the study lets a press score. */
  onPress?: (focus: Focus) => void;
  onLimit: (state: StateName, limit: keyof Window, value: number) => void;
  onSet: (set: number) => void;
}

export const PolarMaps = memo(function PolarMaps(props: PolarMapsProps) {
  const { pictures, states, sets, view, draft, focus, onFocus, onPress, onLimit, onSet } = props;
  return (
    <div className="reader-maps">
      {states.map((state) => {
        const key = pictureKey(view.set, state);
        const [map, volume] = [pictures.polars[key], pictures.volumes[key]];
        if (!map || !volume) return null;
        return (
          <OneMap
            key={state}
            state={state}
            map={map}
            volume={volume}
            sets={sets}
            view={view}
            draft={draft}
            focus={focus}
            onFocus={onFocus}
            onPress={onPress}
            onLimit={onLimit}
            onSet={onSet}
          />
        );
      })}
    </div>
  );
});

interface OneMapProps extends Omit<PolarMapsProps, 'pictures' | 'states'> {
  state: StateName;
  map: PolarMap;
  volume: Volume;
}

function OneMap(props: OneMapProps) {
  const { state, map, volume, sets, view, draft, focus, onFocus, onPress, onLimit, onSet } = props;
  const t = useT();
  const pointing = usePointing();
  const tile = usePointedTile();
  const heart = useMemo<Heart | null>(
    () => (volume.ventricle ? { ...volume, ventricle: volume.ventricle } : null),
    [volume],
  );
  const trace = useMemo(
    () => (tile && heart ? traceOf(tile.view, tile.plane, heart.dims, heart.spacing, heart.ventricle) : null),
    [tile, heart],
  );
  const table = shownTable(view);
  const name = stateName(t, state);
  // The same functions each time: a bullseye is not drawn again because the slices moved.
  const onSector = useCallback((segment: number) => onFocus({ state, segment }), [onFocus, state]);
  const onPressed = useMemo(
    () => onPress && ((segment: number) => onPress({ state, segment })),
    [onPress, state],
  );
  const onHover = useCallback(
    (segment: number | null) => pointing.pointSegment(segment === null ? null : { state, segment }),
    [pointing, state],
  );
  return (
    <section className="reader-map" aria-label={t('reader.map', { state: name })}>
      <h2 className={state === focus.state ? 'now' : ''}>{name}</h2>
      <div className="reader-disc">
        <Disc map={map} table={colours(table)} window={windowOf(view, state)} />
        <Bullseye
          state={state}
          marks={marksOf(draft, state)}
          focus={focus.state === state ? focus.segment : null}
          borders={view.borders}
          text={view.text}
          trace={view.text ? trace : null}
          onFocus={onSector}
          onPress={onPressed}
          onHover={onHover}
        />
        {view.text && heart && <PointOnMap heart={heart} />}
        {sets.length > 1 && <Sets sets={sets} shown={view.set} state={name} onSet={onSet} />}
      </div>
      <WindowBar state={state} table={table} window={windowOf(view, state)} onLimit={onLimit} />
    </section>
  );
}

interface SetsProps {
  sets: readonly number[];
  shown: number;
  state: string;
  onSet: (set: number) => void;
}

/** Which of two sets lies under the segments. */
function Sets({ sets, shown, state, onSet }: SetsProps) {
  const t = useT();
  return (
    <span className="reader-set-switch">
      {sets.map((set) => (
        <button
          key={set}
          type="button"
          className="tool"
          aria-pressed={set === shown}
          aria-label={t('reader.map.set', { set: setName(set), state })}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onSet(set)}
        >
          {setName(set)}
        </button>
      ))}
    </span>
  );
}

/** The point under the pointer as a dot on the map. Drawn without a render. */
function PointOnMap({ heart }: { heart: Heart }) {
  const pointing = usePointing();
  const dot = useRef<SVGCircleElement>(null);
  useEffect(
    () =>
      pointing.follow((spot) => {
        const place = spot && mapPoint(worldOf(spot.tile, spot.u, spot.v), heart);
        const circle = dot.current;
        if (!circle) return;
        circle.setAttribute('r', place ? '0.035' : '0');
        if (!place) return;
        circle.setAttribute('cx', String(place[0]));
        circle.setAttribute('cy', String(place[1]));
      }),
    [pointing, heart],
  );
  return (
    <svg className="reader-map-point" viewBox="-1.02 -1.02 2.04 2.04" aria-hidden="true">
      <circle ref={dot} r={0} />
    </svg>
  );
}
