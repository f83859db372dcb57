import { memo } from 'react';
import { useT } from '../../shared/i18n';
import { SEGMENTS, STATES } from '../heart/segments';
import type { Draft, Mark } from '../ledger/events';
import { markName, markSign, segmentName, stateName } from '../names';
import { segmentDifference } from '../session/checks';
import type { Focus } from '../session/reading';

interface ScoreTableProps {
  draft: Draft;
  focus: Focus;
  /** Stress minus rest is shown only where the study shows sums while reading. */
  withDifference: boolean;
  onFocus: (focus: Focus) => void;
}

/** The twin of the bullseyes in rows. Cells move the focus; keys score. */
export const ScoreTable = memo(function ScoreTable({
  draft,
  focus,
  withDifference,
  onFocus,
}: ScoreTableProps) {
  const t = useT();
  return (
    <table className="reader-scores">
      <caption className="visually-hidden">{t('reader.scores.caption')}</caption>
      <thead>
        <tr>
          <th scope="col" colSpan={2}>
            {t('reader.scores.segment')}
          </th>
          {STATES.map((state) => (
            <th key={state} scope="col" className={state === focus.state ? 'now' : ''}>
              <abbr title={stateName(t, state)}>{t(`reader.scores.${state}`)}</abbr>
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
        {SEGMENTS.map((segment) => {
          const difference = segmentDifference(draft, segment);
          return (
            <tr key={segment} className={segment === focus.segment ? 'now' : ''}>
              <td className="number">{segment}</td>
              <th scope="row">{segmentName(t, segment)}</th>
              {STATES.map((state) => (
                <ScoreCell
                  key={state}
                  mark={draft.scores[state][segment - 1] ?? null}
                  now={segment === focus.segment && state === focus.state}
                  label={`${segmentName(t, segment)}, ${stateName(t, state)}`}
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
  );
});

interface ScoreCellProps {
  mark: Mark;
  now: boolean;
  label: string;
  onFocus: () => void;
}

function ScoreCell({ mark, now, label, onFocus }: ScoreCellProps) {
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
