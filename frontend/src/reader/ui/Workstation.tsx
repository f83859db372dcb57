/** The reading page while a read is open: pictures, scores, form, and the keys that work on them. */
import { type CSSProperties, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { Signed } from '../api';
import type { Draft } from '../ledger/events';
import { siteName, stateName } from '../names';
import { arrange, type LayoutDocument } from '../picture/layout';
import type { ViewName } from '../picture/slices';
import { ended } from '../session/commands';
import { scored } from '../session/form';
import type { Command } from '../session/keys';
import type { Pictures } from '../session/pictures';
import type { Reading } from '../session/reading';
import { isNotable } from '../session/snapshot';
import { useKeys } from '../session/useKeys';
import { useReading } from '../session/useReading';
import { layoutOf, withLimit, withShift } from '../session/view';
import { contoursOf } from './contours';
import { useFieldInFocus, useSigningIn } from './fieldFocus';
import { Grid } from './Grid';
import { BeforeReading, CineSheet, cinesOf, Lightbox, warmPictureSheets } from './pictureSheets';
import { Pointing, PointingContext } from './pointing';
import { ReaderFooter } from './ReaderFooter';
import { ReaderHeader } from './ReaderHeader';
import type { News } from './Said';
import { ScorePanel } from './ScorePanel';
import { AllNormalSheet, Announcer, KeySheet, Notice, Said, SignSheet, warmSheets } from './sheets';
import { type Opened, useCommands } from './useCommands';
import { useSize } from './useSize';
import { type MapsPlace, useTileSide } from './useTileSide';
import type { WindowBarProps } from './WindowBar';

interface WorkstationProps {
  reading: Reading;
  pictures: Pictures;
  onSigned: (signed: Signed, draft: Draft) => void;
  onTakeOver: () => void;
  onReopen: () => void;
}

const NO_LAYOUT: LayoutDocument = { name: '', columns: 1, rows: 1, strips: [] };

export function Workstation({ reading, pictures, onSigned, onTakeOver, onReopen }: WorkstationProps) {
  const t = useT();
  const { read } = reading;
  const { form } = read;
  const snapshot = useReading(reading);
  const { draft, focus, view } = snapshot;
  const [opened, setOpened] = useState<Opened | { kind: 'check' } | null>(() =>
    read.display_check_due || read.break_due ? { kind: 'check' } : null,
  );
  const inField = useFieldInFocus() !== null;
  const signingIn = useSigningIn();

  const main = useRef<HTMLElement>(null);
  const size = useSize(main);
  const layout = layoutOf(view, read.display) ?? NO_LAYOUT;
  const { side, enlarged, maps } = useTileSide(size, layout);
  const arrangement = useMemo(
    () => arrange(layout, pictures.volumes, view.shifts, view.nudge),
    [layout, pictures, view.shifts, view.nudge],
  );
  const contours = useMemo(() => contoursOf(pictures), [pictures]);
  const sets = useMemo(() => [...new Set(read.slots.map(({ set }) => set))].toSorted(), [read]);

  const [news, tell] = useState<News | null>(null);
  const onNoCine = useCallback((without: 'gated' | 'projections') => tell({ without }), []);
  const [pointing] = useState(() => new Pointing());
  const { run, go, onToQuestions } = useCommands(
    reading,
    pointing,
    { arrangement, volumes: pictures.volumes },
    setOpened,
    onNoCine,
  );
  const onEnded = useCallback((command: Command) => ended(command, reading), [reading]);
  useKeys(opened === null, run, onEnded);
  const close = useCallback(() => {
    if (opened?.kind === 'lightbox') reading.note('lightbox', 'closed');
    if (opened?.kind === 'gated' || opened?.kind === 'projections') reading.note('cine', 'closed');
    setOpened(null);
  }, [opened, reading]);
  /** Close a dialog first: it gives the focus back to where it was. */
  const closeAnd = (then: () => void) => {
    close();
    setTimeout(then);
  };
  const onWheel = useCallback(
    (name: ViewName, step: 1 | -1) =>
      reading.show(withShift(reading.snapshot().view, name, form.states, step)),
    [reading, form],
  );
  const onLimit = useCallback<WindowBarProps['onLimit']>(
    (state, limit, value) => reading.show(withLimit(reading.snapshot().view, state, limit, value)),
    [reading],
  );
  const onEnlarge = useCallback(() => run('show.lightbox'), [run]);
  const onDrawn = useCallback(() => reading.drawn(), [reading]);
  const [drawn, setDrawn] = useState(false);
  const onShown = useCallback(() => {
    setDrawn(true);
    warmSheets();
    warmPictureSheets();
  }, []);
  const checking = opened?.kind === 'check';
  useEffect(() => {
    // The time of reading begins with the first complete picture; not while the question about the screen lies over it.
    if (drawn && !checking) reading.shown();
  }, [reading, drawn, checking]);
  const loadCine = useMemo(() => cinesOf(read), [read]);

  const { done, total } = scored(form, draft);
  const marked = { segment: siteName(t, form, focus.segment), state: stateName(t, focus.state) };
  return (
    <div className="reader" data-testid="reader" style={{ '--enlarged': enlarged } as CSSProperties}>
      <PointingContext value={pointing}>
        <ReaderHeader
          reading={reading}
          snapshot={snapshot}
          layout={layout}
          onView={(next) => reading.show(next)}
          onCommand={run}
          onRetry={() => void reading.retry()}
        />
        {(isNotable(snapshot) || signingIn) && (
          <Suspense fallback={null}>
            <Notice reading={reading} snapshot={snapshot} onTakeOver={onTakeOver} onReopen={onReopen} />
          </Suspense>
        )}
        <main
          ref={main}
          className={`reader-main ${maps.beneath ? 'beneath' : ''} ${maps.bars ? 'barred' : ''}`}
          style={placeOf(maps)}
        >
          <h1 className="visually-hidden">{t('reader.title')}</h1>
          {size.width > 0 && (
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
              onWheel={onWheel}
              onEnlarge={onEnlarge}
              onDrawn={onDrawn}
              onShown={onShown}
            />
          )}
          <ScorePanel
            reading={reading}
            snapshot={snapshot}
            pictures={pictures}
            sets={sets}
            pointing={pointing}
            onLimit={onLimit}
          />
        </main>
        <ReaderFooter
          snapshot={snapshot}
          done={done}
          total={total}
          several={form.states.length > 1}
          cines={read.cines}
          mapped={form.regions.length === 0}
          contoured={Object.keys(contours).length > 0}
          inField={inField}
          said={
            <Suspense fallback={null}>
              <Said form={form} draft={draft} news={news} />
            </Suspense>
          }
          onCommand={run}
        />
        <Suspense fallback={null}>
          <Announcer form={form} focus={focus} draft={draft} />
          {checking && <BeforeReading reading={reading} onDone={close} />}
          {opened?.kind === 'keys' && <KeySheet read={read} view={view} onClose={close} />}
          {opened?.kind === 'lightbox' && (
            <Lightbox
              start={opened.start}
              arrangement={arrangement}
              volumes={pictures.volumes}
              contours={contours}
              view={view}
              focus={focus}
              ratio={size.ratio}
              onLook={run}
              onLookEnd={onEnded}
              onLimit={onLimit}
              onClose={close}
            />
          )}
          {(opened?.kind === 'gated' || opened?.kind === 'projections') && (
            <CineSheet
              kind={opened.kind}
              tables={view.tables}
              table={view.table}
              load={loadCine}
              onClose={close}
            />
          )}
          {opened?.kind === 'normal' && (
            <AllNormalSheet
              form={form}
              state={focus.state}
              draft={draft}
              onClose={close}
              onScore={(states) => {
                reading.scoreAllNormal(states);
                closeAnd(onToQuestions);
              }}
            />
          )}
          {opened?.kind === 'sign' && (
            <SignSheet
              reading={reading}
              snapshot={snapshot}
              onGo={(place, sentence) => {
                closeAnd(() => go(place));
                tell({ sentence });
              }}
              onClose={close}
              onSigned={(signed) => {
                void reading.forget();
                onSigned(signed, draft);
              }}
            />
          )}
        </Suspense>
      </PointingContext>
    </div>
  );
}

/** In CSS pixels of the window, for the style of maps and bars. */
function placeOf({ width, beneath, bars }: MapsPlace): CSSProperties {
  const { left = 0, top = bars?.top } = beneath ?? {};
  return {
    '--maps': `${width}px`,
    '--maps-left': `${left}px`,
    '--maps-top': `${top}px`,
    '--bars': `${bars?.width}px`,
  } as CSSProperties;
}
