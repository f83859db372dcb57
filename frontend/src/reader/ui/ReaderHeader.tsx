import { Link } from 'wouter';
import { useT } from '../../shared/i18n';
import { LanguageSwitch } from '../../shared/shell/LanguageSwitch';
import type { Read } from '../api';
import { markName, segmentName, stateName, tableName } from '../names';
import type { Snapshot } from '../session/reading';
import type { View } from '../session/view';
import { SaveState } from './SaveState';

interface ReaderHeaderProps {
  read: Read;
  snapshot: Snapshot;
  onView: (view: View) => void;
  onRetry: () => void;
}

export function ReaderHeader({ read, snapshot, onView, onRetry }: ReaderHeaderProps) {
  const t = useT();
  const { view, focus, draft, save, durable } = snapshot;
  const { session, number, of } = read.position;
  return (
    <header className="reader-header">
      <Link href="/reading" className="back">
        ‹ {t('reader.worklist.title')}
      </Link>
      <span className="study">{read.study.title}</span>
      <span className="position">{t('reader.position', { session, number, of })}</span>
      {read.study.simulated && <strong className="reader-simulated">{t('reader.simulated')}</strong>}
      <output className="focus" aria-live="off">
        <b>{stateName(t, focus.state)}</b> {focus.segment} {segmentName(t, focus.segment)}:{' '}
        {markName(t, draft.scores[focus.state][focus.segment - 1])}
      </output>
      <span className="space" />
      <label className="colours">
        <span>{t('reader.table')}</span>
        <select
          value={view.table}
          onChange={(event) => onView({ ...view, table: event.target.value as View['table'] })}
          // The scoring keys must work right after a choice with the mouse.
          onPointerDown={(event) => {
            event.currentTarget.dataset.pointed = 'yes';
          }}
          onKeyDown={(event) => {
            delete event.currentTarget.dataset.pointed;
          }}
          onInput={(event) => {
            if (event.currentTarget.dataset.pointed) event.currentTarget.blur();
          }}
        >
          {view.tables.map((table) => (
            <option key={table} value={table}>
              {tableName(t, table)}
            </option>
          ))}
        </select>
      </label>
      <LanguageSwitch />
      <SaveState save={save} durable={durable} onRetry={onRetry} />
    </header>
  );
}
