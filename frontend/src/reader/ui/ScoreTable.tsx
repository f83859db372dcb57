import { memo, useEffect, useRef } from 'react';
import { useT } from '../../shared/i18n';
import type { Form } from '../api';
import type { StateName } from '../heart/segments';
import { type Draft, type Mark, markOf } from '../ledger/events';
import { markName, markSign, siteName, stateName } from '../names';
import { segmentDifference } from '../session/checks';
import { sites } from '../session/form';
import type { Focus } from '../session/reading';

interface ScoreTableProps {
  form: Form;
  draft: Draft;
  focus: Focus;
  /** Stress minus rest is shown only where the study shows sums while reading. */
  withDifference: boolean;
  onFocus: (focus: Focus) => void;
}

/** The twin of the bullseyes in rows. Cells move the focus; keys score. */
export const ScoreTable = memo(function ScoreTable(props: ScoreTableProps) {
  const { form, draft, focus, withDifference, onFocus } = props;
  const t = useT();
  const frame = useRef<HTMLDivElement>(null);
  const now = useRef<HTMLTableRowElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another row has the focus
  useEffect(() => {
    if (frame.current && now.current) showRow(frame.current, now.current);
  }, [focus.segment]);
  return (
    <div ref={frame} className="reader-scores-frame">
      <table className="reader-scores">
        <caption className="visually-hidden">{t('reader.scores.caption', { count: form.segments })}</caption>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {t('reader.scores.segment')}
            </th>
            {form.states.map((state) => (
              <th key={state} scope="col" className={state === focus.state ? 'now' : ''}>
                <abbr title={stateName(t, state)}>{shortState(t, state)}</abbr>
              </th>
            ))}
            {withDifference && (
              <th scope="col">
                <abbr title={t('reader.scores.differenceName')}>{t('reader.scores.difference')}</abbr>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {sites(form).map((segment) => {
            const difference = segmentDifference(draft, segment);
            const name = siteName(t, form, segment);
            return (
              <tr
                key={segment}
                ref={segment === focus.segment ? now : undefined}
                className={segment === focus.segment ? 'now' : ''}
              >
                <td className="number">{segment}</td>
                <th scope="row">{name}</th>
                {form.states.map((state) => (
                  <ScoreCell
                    key={state}
                    mark={markOf(draft, state, segment)}
                    now={segment === focus.segment && state === focus.state}
                    label={`${name}, ${stateName(t, state)}`}
                    onFocus={() => onFocus({ state, segment })}
                  />
                ))}
                {withDifference && (
                  <td className={`difference ${difference && difference < 0 ? 'odd' : ''}`}>
                    {difference === null ? '' : String(difference).replace('-', '−')}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
});

function shortState(t: ReturnType<typeof useT>, state: StateName): string {
  return state === 'stress' || state === 'rest' ? t(`reader.scores.${state}`) : stateName(t, state);
}

/** Only the table scrolls: a magnified page stays where its reader looks. */
function showRow(frame: HTMLElement, row: HTMLElement): void {
  const heading = row.closest('table')?.tHead?.offsetHeight ?? 0;
  const end = row.offsetTop + row.offsetHeight - frame.clientHeight;
  frame.scrollTop = Math.max(Math.min(frame.scrollTop, row.offsetTop - heading), end);
}

interface ScoreCellProps {
  mark: Mark;
  now: boolean;
  label: string;
  onFocus: () => void;
}

export function ScoreCell({ mark, now, label, onFocus }: ScoreCellProps) {
  const t = useT();
  return (
    <td className={now ? 'score now' : 'score'}>
      <button
        type="button"
        tabIndex={-1}
        className={mark === null ? 'blank' : ''}
        aria-label={`${label}: ${markName(t, mark)}`}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onFocus}
      >
        {markSign(mark)}
      </button>
    </td>
  );
}
