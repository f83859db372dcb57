import { useT } from '../../shared/i18n';
import type { StateName } from '../heart/segments';
import type { Draft } from '../ledger/events';
import { sums } from '../session/checks';

/** A sum appears when its segments are all marked: a part of it would look like the whole. */
export function SumsLine({ draft }: { draft: Draft }) {
  const t = useT();
  const { stress, rest, difference, notEvaluable } = sums(draft);
  const whole = (state: StateName) => draft.scores[state].every((mark) => mark !== null);
  const items = [
    ['SSS', whole('stress') ? stress : null, t('reader.sums.stress')],
    ['SRS', whole('rest') ? rest : null, t('reader.sums.rest')],
    ['SDS', whole('stress') && whole('rest') ? difference : null, t('reader.sums.difference')],
  ] as const;
  return (
    <div className="reader-sums">
      <dl>
        {items.map(([short, value, name]) => (
          <div key={short}>
            <dt>
              <abbr title={name}>{short}</abbr>
            </dt>
            <dd data-sum={short}>{value === null ? '–' : String(value).replace('-', '−')}</dd>
          </div>
        ))}
      </dl>
      {notEvaluable > 0 && <p>{t('reader.sums.notEvaluable', { count: notEvaluable })}</p>}
    </div>
  );
}
