/** A signed read as its reader saw it, act by act: window, table, slices and the order of the scores. Nothing can be changed. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { siteName, stateName } from '../../reader/names';
import { arrange, type LayoutDocument } from '../../reader/picture/layout';
import { pictureKey } from '../../reader/picture/volume';
import type { Pictures } from '../../reader/session/pictures';
import '../../reader/style/page.css';
import '../../reader/style/panel.css';
import '../../reader/style/pictures.css';
import '../../reader/style/maps.css';
import '../../reader/style/windows.css';
import { contoursOf } from '../../reader/ui/contours';
import { DifferenceMap } from '../../reader/ui/DifferenceMap';
import { Grid } from '../../reader/ui/Grid';
import { PolarMaps } from '../../reader/ui/PolarMaps';
import { Pointing, PointingContext } from '../../reader/ui/pointing';
import { RegionForm } from '../../reader/ui/RegionForm';
import { ScoreTable } from '../../reader/ui/ScoreTable';
import { SumsLine } from '../../reader/ui/SumsLine';
import { type Size, useSize } from '../../reader/ui/useSize';
import { useTileSide } from '../../reader/ui/useTileSide';
import { ask } from '../../shared/api/client';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Failure, Loading } from '../../shared/ui';
import { ActList } from './ActList';
import { actLines } from './acts';
import { fetchPictures } from './pictures';
import './replay.css';
import { Transport } from './Transport';
import { fitting, type Moment, moments, type Replay } from './timeline';
import { usePlay } from './usePlay';

export default function ReplayPage({ token }: { token: string }) {
  const study = useStudy();
  const replay = useQuery({
    queryKey: ['replay', study.id, token],
    queryFn: ({ signal }) =>
      ask('/api/studies/{study_id}/replays/{token}', { study_id: study.id, token }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const t = useT();
  return (
    <div className="reader replay" data-testid="replay">
      {replay.isPending && <Loading />}
      {replay.isError && (
        <main>
          <h1 className="visually-hidden">{t('replay.title')}</h1>
          <Failure error={replay.error} retry={() => void replay.refetch()} />
        </main>
      )}
      {replay.data && <Played replay={replay.data} />}
    </div>
  );
}

function Played({ replay }: { replay: Replay }) {
  const t = useT();
  const language = useLanguage();
  const study = useStudy();
  const all = useMemo(() => moments(replay), [replay]);
  const play = usePlay(all);
  const now = all[play.index] ?? (all[0] as Moment);
  const slots = useMemo(() => replay.slots.filter(({ step }) => step === now.step), [replay, now.step]);
  const { token, reader, session, position, subject, arm, steps } = replay.read;
  const pictures = useQuery({
    queryKey: ['replay pictures', study.id, token, now.step],
    queryFn: ({ signal }) => fetchPictures(study.id, token, slots, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const main = useRef<HTMLElement>(null);
  const size = useSize(main);
  const lines = useMemo(() => actLines(t, language, replay), [t, language, replay]);
  const sets = useMemo(() => [...new Set(slots.map(({ set }) => set))].sort(), [slots]);
  return (
    <>
      <header className="reader-header">
        <Link href={`/studies/${study.id}/replays`} className="back">
          ‹ {t('replay.title')}
        </Link>
        <span className="study">
          {subject} · {arm}
        </span>
        <span className="position">
          {reader} · {t('replay.place', { session, number: position })}
          {steps > 1 && ` · ${t('replay.step', { number: now.step, of: steps })}`}
        </span>
        {study.simulated && <strong className="reader-simulated">{t('simulated.title')}</strong>}
        <span className="space" />
        <span className={replay.first_broken === null ? 'replay-chain' : 'replay-chain broken'}>
          {replay.first_broken === null
            ? t('replay.chain', { count: replay.events.length })
            : t('replay.broken', { number: replay.first_broken })}
        </span>
      </header>
      <main ref={main} className="reader-main">
        <h1 className="visually-hidden">{t('replay.title')}</h1>
        {pictures.isPending && <Loading />}
        {pictures.isError && <Failure error={pictures.error} retry={() => void pictures.refetch()} />}
        {pictures.data && size.width > 0 && (
          <Screen replay={replay} now={now} pictures={pictures.data} sets={sets} size={size} />
        )}
        <aside className="reader-panel replay-panel">
          {pictures.data && replay.form.regions.length === 0 && (
            <PolarMaps
              pictures={pictures.data}
              states={replay.form.states}
              sets={[now.view.set]}
              view={now.view}
              draft={now.draft}
              focus={now.focus}
              onFocus={nothing}
              onLimit={nothing}
              onSet={nothing}
            />
          )}
          <Scores replay={replay} now={now} pictures={pictures.data} />
          <ActList lines={lines} all={all} now={play.index} onGo={play.go} />
        </aside>
      </main>
      <Transport all={all} sheets={replay.sheets} {...play} />
    </>
  );
}

interface ScoresProps {
  replay: Replay;
  now: Moment;
  pictures: Pictures | undefined;
}

/** As the reader had them: what the study did not show, is not shown here. */
function Scores({ replay: { form, display }, now, pictures }: ScoresProps) {
  const [stress, rest] = form.states.map((state) => pictures?.polars[pictureKey(now.view.set, state)]);
  return (
    <>
      {form.regions.length > 0 ? (
        <RegionForm
          form={form}
          draft={now.draft}
          focus={now.focus}
          disabled
          withDifference={display.show_sums && !display.sums_when_complete}
          onFocus={nothing}
          onHover={nothing}
          onAnswer={nothing}
        />
      ) : (
        <ScoreTable
          form={form}
          draft={now.draft}
          focus={now.focus}
          withDifference={display.show_sums && !display.sums_when_complete}
          onFocus={nothing}
        />
      )}
      <div className="reader-side">
        {display.show_difference && stress && rest && (
          <DifferenceMap stress={stress} rest={rest} borders={now.view.borders} />
        )}
        <SumsLine form={form} draft={now.draft} display={display} />
      </div>
    </>
  );
}

interface ScreenProps {
  replay: Replay;
  now: Moment;
  pictures: Pictures;
  sets: readonly number[];
  size: Size;
}

const NO_LAYOUT: LayoutDocument = { name: '', columns: 1, rows: 1, strips: [] };

/** The slices, in the layout, table and windows of the moment. */
function Screen({ replay, now, pictures, sets, size }: ScreenProps) {
  const t = useT();
  const { form, display } = replay;
  const { view, focus } = now;
  const [pointing] = useState(() => new Pointing());
  const layouts = useMemo(() => fitting(display.layouts as LayoutDocument[], sets), [display, sets]);
  const layout = layouts.find(({ name }) => name === view.layout) ?? layouts[0] ?? NO_LAYOUT;
  const { side, enlarged } = useTileSide(size, layout);
  const arrangement = useMemo(
    () => arrange(layout, pictures.volumes, view.shifts, view.nudge),
    [layout, pictures, view.shifts, view.nudge],
  );
  const contours = useMemo(() => contoursOf(pictures), [pictures]);
  const marked = { segment: siteName(t, form, focus.segment), state: stateName(t, focus.state) };
  return (
    <PointingContext value={pointing}>
      <Grid
        volumes={pictures.volumes}
        contours={contours}
        arrangement={arrangement}
        view={view}
        focus={focus}
        name={t(form.regions.length > 0 ? 'reader.grid.brain' : 'reader.grid.name', marked)}
        side={side}
        ratio={size.ratio}
        enlarged={enlarged}
        onWheel={nothing}
        onEnlarge={nothing}
        onShown={nothing}
      />
    </PointingContext>
  );
}

/** A replay shows; it does not take anything. */
function nothing(): void {}
