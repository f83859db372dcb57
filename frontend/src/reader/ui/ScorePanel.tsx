/** Beside the slices: maps, scores, sums and questions of one read. */
import { lazy, memo, Suspense, useCallback, useMemo } from 'react';
import { later, useT } from '../../shared/i18n';
import type { FieldValue } from '../ledger/events';
import { stateName } from '../names';
import { pictureKey } from '../picture/volume';
import type { Pictures } from '../session/pictures';
import type { Focus, Reading, Snapshot } from '../session/reading';
import { shownTable, windowOf } from '../session/view';
import { DifferenceMap } from './DifferenceMap';
import { FormFields } from './FormFields';
import { fieldInFocus, leaveFields } from './fieldFocus';
import { PolarMaps } from './PolarMaps';
import type { Pointing } from './pointing';
import { ScoreTable } from './ScoreTable';
import { SumsLine } from './SumsLine';
import { Remarks } from './sheets';
import { WindowBar, type WindowBarProps } from './WindowBar';

/** Not drawn again when only the pictures change. */
const Questions = memo(FormFields);

/** Not part of the page of a heart. */
const regions = later(() => import('./RegionForm'));
const RegionForm = lazy(() => regions().then((module) => ({ default: module.RegionForm })));

interface ScorePanelProps {
  reading: Reading;
  snapshot: Snapshot;
  pictures: Pictures;
  /** Image sets that this step shows. */
  sets: readonly number[];
  pointing: Pointing;
  onLimit: WindowBarProps['onLimit'];
}

export function ScorePanel({ reading, snapshot, pictures, sets, pointing, onLimit }: ScorePanelProps) {
  const t = useT();
  const { form, display } = reading.read;
  const { draft, focus, view, writable } = snapshot;
  const onFocus = useCallback(
    (next: Focus) => {
      // What is typed after a press on a segment is its score, and no answer.
      if (fieldInFocus()) leaveFields();
      reading.focus(next);
    },
    [reading],
  );
  const onPress = useMemo(
    () => (display.click_scores ? (next: Focus) => reading.press(next) : undefined),
    [reading, display],
  );
  const onAnswer = useCallback(
    (name: string, value: FieldValue | null) => reading.setField(name, value),
    [reading],
  );
  const onSet = useCallback((set: number) => reading.show({ ...reading.snapshot().view, set }), [reading]);
  // A difference is half a sum: column by column it would lead the scores as the sum itself does.
  const withDifference = display.show_sums && !display.sums_when_complete;
  const ofRegions = form.regions.length > 0;
  const [stress, rest] = form.states.map((state) => pictures.polars[pictureKey(view.set, state)]);
  const compared = display.show_difference && stress && rest;
  return (
    <aside className={compared ? 'reader-panel' : 'reader-panel plain'} aria-label={t('reader.panel')}>
      {ofRegions ? (
        <Suspense fallback={null}>
          <RegionForm
            form={form}
            draft={draft}
            focus={focus}
            disabled={!writable}
            withDifference={withDifference}
            onFocus={onFocus}
            onPress={onPress}
            onHover={(segment) => pointing.pointSegment(segment)}
            onAnswer={onAnswer}
          />
        </Suspense>
      ) : (
        <>
          <PolarMaps
            pictures={pictures}
            states={form.states}
            sets={sets}
            view={view}
            draft={draft}
            focus={focus}
            onFocus={onFocus}
            onPress={onPress}
            onLimit={onLimit}
            onSet={onSet}
          />
          <ScoreTable
            form={form}
            draft={draft}
            focus={focus}
            withDifference={withDifference}
            onFocus={onFocus}
          />
        </>
      )}
      <div className="reader-side">
        {ofRegions &&
          form.states.map((state) => (
            <section
              key={state}
              className="reader-windows"
              aria-label={t('reader.windows', { state: stateName(t, state) })}
            >
              <WindowBar
                state={state}
                table={shownTable(view)}
                window={windowOf(view, state)}
                onLimit={onLimit}
              />
            </section>
          ))}
        {compared && <DifferenceMap stress={stress} rest={rest} borders={view.borders} />}
        <SumsLine form={form} draft={draft} display={display} />
      </div>
      <Suspense fallback={null}>
        <Remarks form={form} draft={draft} display={display} />
      </Suspense>
      <Questions form={form} draft={draft} disabled={!writable} onAnswer={onAnswer} />
    </aside>
  );
}
