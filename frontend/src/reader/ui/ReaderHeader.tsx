import { lazy, memo, Suspense } from 'react';
import { Link } from 'wouter';
import { later, useT } from '../../shared/i18n';
import { LanguageSwitch } from '../../shared/shell/LanguageSwitch';
import { markOf } from '../ledger/events';
import { layoutName, markName, siteName, stateName, tableName } from '../names';
import type { LayoutDocument } from '../picture/layout';
import type { Command } from '../session/keys';
import type { Reading, Snapshot } from '../session/reading';
import type { View } from '../session/view';
import { AlignTool } from './AlignTool';
import { HeaderSelect } from './HeaderSelect';
import { SaveState } from './SaveState';

/** Few studies show it. */
const time = later(() => import('./ReadingTime'));
const ReadingTime = lazy(() => time().then((module) => ({ default: module.ReadingTime })));

interface ReaderHeaderProps {
  reading: Reading;
  snapshot: Snapshot;
  layout: LayoutDocument;
  onView: (view: View) => void;
  onCommand: (command: Command) => void;
  onRetry: () => void;
}

export const ReaderHeader = memo(function ReaderHeader(props: ReaderHeaderProps) {
  const { reading, snapshot, layout, onView, onCommand, onRetry } = props;
  const { read } = reading;
  const t = useT();
  const { view, focus, draft, save, durable, writable } = snapshot;
  const { session, number, of } = read.position;
  const { states } = read.form;
  const { layouts } = read.display;
  return (
    <header className="reader-header">
      <Link href="/reading" className="back">
        ‹ {t('reader.worklist.title')}
      </Link>
      <span className="study">{read.study.title}</span>
      <span className="position">
        {t('reader.position', { session, number, of })}
        {read.step.number > 1 && ` · ${t('reader.step', read.step)}`}
        {read.amendment && (
          <strong title={read.amendment.reason}>
            {' · '}
            {t('reader.amendment', { version: read.amendment.version })}
          </strong>
        )}
      </span>
      {read.study.simulated && <strong className="reader-simulated">{t('reader.simulated')}</strong>}
      <output className="focus" aria-live="off">
        {states.length > 1 && <b>{stateName(t, focus.state)}</b>} {focus.segment}{' '}
        <span>{siteName(t, read.form, focus.segment)}</span>:{' '}
        {markName(t, markOf(draft, focus.state, focus.segment))}
      </output>
      <span className="space" />
      <Suspense fallback={null}>{read.display.show_time && <ReadingTime reading={reading} />}</Suspense>
      <AlignTool view={view} layout={layout} states={states} onView={onView} onCommand={onCommand} />
      {layouts.length > 1 && (
        <HeaderSelect
          label={t('reader.layout')}
          value={layout.name}
          onChange={(name) => onView({ ...view, layout: name })}
        >
          {layouts.map((each) => (
            <option key={each.name} value={each.name}>
              {layoutName(t, each)}
            </option>
          ))}
        </HeaderSelect>
      )}
      <HeaderSelect
        label={t('reader.table')}
        title={t('reader.begins')}
        value={view.table}
        onChange={(table) => onView({ ...view, table: table as View['table'] })}
      >
        {view.tables.map((table) => (
          <option key={table} value={table}>
            {tableName(t, table)}
          </option>
        ))}
      </HeaderSelect>
      <LanguageSwitch />
      <SaveState save={save} durable={durable} writable={writable} onRetry={onRetry} />
    </header>
  );
});
