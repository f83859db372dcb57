/** The reading page while a read is open: pictures, scores, form, and the keys that work on them. */
import { useCallback, useMemo, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { Signed } from '../api';
import { traceOf } from '../heart/correspondence';
import { STATES, type StateName } from '../heart/segments';
import type { Draft } from '../ledger/events';
import { arrange, DEFAULT_LAYOUT, type Tile } from '../picture/layout';
import { missing, type Place, scored, warnings } from '../session/checks';
import { perform } from '../session/commands';
import type { Command } from '../session/keys';
import type { Pictures } from '../session/opening';
import type { Focus, Reading } from '../session/reading';
import { useHold } from '../session/useHold';
import { withLimit, withShift } from '../session/view';
import { AllNormalSheet } from './AllNormalSheet';
import { Announcer } from './Announcer';
import { FormFields } from './FormFields';
import { fieldInFocus, focusComment, focusField, leaveFields, useFieldInFocus } from './fieldFocus';
import { Grid, LABEL_WIDTH } from './Grid';
import { KeySheet } from './KeySheet';
import { Notice } from './Notice';
import { DifferenceMap, PolarMaps } from './PolarMaps';
import { ReaderFooter } from './ReaderFooter';
import { ReaderHeader } from './ReaderHeader';
import { ScoreTable } from './ScoreTable';
import { SignSheet } from './SignSheet';
import { SumsLine } from './SumsLine';
import { useKeys } from './useKeys';
import { useReading } from './useReading';
import { useSize } from './useSize';
import { Warnings } from './Warnings';

/** The narrowest side panel in which the maps and the table are still legible, in CSS pixels. */
const PANEL_MIN = 372;
const GUTTER = 8;

interface WorkstationProps {
  reading: Reading;
  pictures: Pictures;
  /** Take the read from the tab that writes it. */
  take: boolean;
  onSigned: (signed: Signed, draft: Draft) => void;
  onTakeOver: () => void;
  onReopen: () => void;
}

export function Workstation({ reading, pictures, take, onSigned, onTakeOver, onReopen }: WorkstationProps) {
  const t = useT();
  const { read } = reading;
  const { volumes, polars } = pictures;
  const snapshot = useReading(reading);
  const { draft, focus, view, writable } = snapshot;
  const [sheet, setSheet] = useState<'sign' | 'keys' | 'normal' | null>(null);
  const [hoveredTile, setHoveredTile] = useState<Tile | null>(null);
  const [hoveredSegment, setHoveredSegment] = useState<Focus | null>(null);
  const inField = useFieldInFocus() !== null;
  useHold(reading, take);

  const main = useRef<HTMLElement>(null);
  const size = useSize(main);
  const side = Math.max(
    1,
    Math.floor(
      Math.min(
        (size.width - PANEL_MIN - GUTTER - LABEL_WIDTH) / DEFAULT_LAYOUT.columns,
        size.height / DEFAULT_LAYOUT.rows.length,
      ) * size.ratio,
    ),
  );
  const arrangement = useMemo(() => arrange(DEFAULT_LAYOUT, volumes, view.shifts), [volumes, view.shifts]);
  const traces = useMemo(() => tracesOf(hoveredTile, pictures), [hoveredTile, pictures]);
  const concerns = useMemo(() => warnings(draft), [draft]);
  const done = scored(draft);

  const go = (place: Place) => {
    if (place.kind === 'field') return focusField(place.name);
    leaveFields();
    reading.focus({ state: place.state, segment: place.segment });
  };
  /** Close a dialog first: it gives the focus back to where it was. */
  const closeAnd = (then: () => void) => {
    setSheet(null);
    setTimeout(then);
  };
  const nextField = () => {
    const open = missing(reading.snapshot().draft, read.form.fields).find(({ kind }) => kind === 'field');
    const place = open ?? { kind: 'field', name: read.form.fields[0]?.name ?? '' };
    if (place.kind === 'field') focusField(place.name);
  };
  const answer = (digit: number) => {
    const question = read.form.fields.find(({ name }) => name === fieldInFocus());
    const value = question?.values[digit - 1];
    if (!question || value === undefined || !writable) return;
    reading.setField(question.name, value);
    const open = missing(reading.snapshot().draft, read.form.fields).find(({ kind }) => kind === 'field');
    if (open) go(open);
    else leaveFields();
  };

  const run = (command: Command) => {
    if (command === 'read.finish') return setSheet('sign');
    if (command === 'show.keys') return setSheet('keys');
    if (command === 'show.fullScreen') return toggleFullScreen();
    if (command === 'score.allNormal') return writable ? setSheet('normal') : undefined;
    if (command === 'field.next') return nextField();
    if (command === 'field.comment') return focusComment();
    if (command === 'field.leave') return leaveFields();
    if (command.startsWith('field.')) return answer(Number(command.at(-1)));
    const before = reading.snapshot().draft;
    perform(command, reading, hoveredTile?.view ?? 'SA');
    const after = reading.snapshot().draft;
    // The last score of 34 leads on to the questions; taking a score back leads back to the segments.
    if (command.startsWith('score.') && scored(after) > scored(before) && scored(after) === 34) nextField();
    else if (command.startsWith('history.') && !isSame(before.scores, after.scores)) leaveFields();
  };
  useKeys(sheet === null, run, (code) => {
    if (code === 'KeyG' && reading.snapshot().view.peek)
      reading.show({ ...reading.snapshot().view, peek: false });
  });

  const setFocus = useCallback((next: Focus) => reading.focus(next), [reading]);

  return (
    <div className="reader" data-testid="reader">
      <ReaderHeader
        read={read}
        snapshot={snapshot}
        onView={(next) => reading.show(next)}
        onRetry={() => void reading.retry()}
      />
      <Notice reading={reading} snapshot={snapshot} onTakeOver={onTakeOver} onReopen={onReopen} />
      <main ref={main} className="reader-main">
        <h1 className="visually-hidden">{t('reader.title')}</h1>
        {size.width > 0 && (
          <Grid
            volumes={volumes}
            arrangement={arrangement}
            view={view}
            marked={hoveredSegment ?? focus}
            side={side}
            ratio={size.ratio}
            onHover={setHoveredTile}
            onWheel={(name, step) => reading.show(withShift(view, name, 'both', step))}
          />
        )}
        <aside className={read.display.show_difference ? 'reader-panel' : 'reader-panel plain'}>
          <PolarMaps
            polars={polars}
            view={view}
            draft={draft}
            focus={focus}
            traces={traces}
            onFocus={setFocus}
            onHover={setHoveredSegment}
            onLimit={(state, limit, value) => reading.show(withLimit(view, state, limit, value))}
          />
          <ScoreTable
            draft={draft}
            focus={focus}
            withDifference={read.display.show_sums}
            onFocus={setFocus}
          />
          <div className="reader-side">
            {read.display.show_difference && <DifferenceMap polars={polars} />}
            {read.display.show_sums && <SumsLine draft={draft} />}
          </div>
          <Warnings warnings={concerns} />
          <FormFields
            fields={read.form.fields}
            values={draft.fields}
            disabled={!writable}
            onAnswer={(name, value) => reading.setField(name, value)}
          />
        </aside>
      </main>
      <ReaderFooter snapshot={snapshot} done={done} total={34} inField={inField} onCommand={run} />
      <Announcer focus={focus} draft={draft} />
      {sheet === 'keys' && <KeySheet onClose={() => setSheet(null)} />}
      {sheet === 'normal' && (
        <AllNormalSheet
          state={focus.state}
          draft={draft}
          onClose={() => setSheet(null)}
          onScore={(states) => {
            reading.scoreAllNormal(states);
            closeAnd(() => scored(reading.snapshot().draft) === 34 && nextField());
          }}
        />
      )}
      {sheet === 'sign' && (
        <SignSheet
          reading={reading}
          snapshot={snapshot}
          onGo={(place) => closeAnd(() => go(place))}
          onClose={() => setSheet(null)}
          onSigned={(signed) => {
            void reading.forget();
            onSigned(signed, draft);
          }}
        />
      )}
    </div>
  );
}

function tracesOf(tile: Tile | null, { volumes }: Pictures) {
  if (!tile) return {};
  const { dims, spacing, ventricle } = volumes[tile.state];
  const trace = traceOf(tile.view, tile.plane, dims, spacing, ventricle);
  return Object.fromEntries(STATES.map((state) => [state, trace])) as Record<StateName, typeof trace>;
}

function toggleFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen().catch(() => undefined);
}

function isSame(one: Draft['scores'], other: Draft['scores']): boolean {
  return STATES.every((state) => one[state].every((score, index) => score === other[state][index]));
}
