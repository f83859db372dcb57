import { useT } from '../../shared/i18n';
import type { Draft } from '../ledger/events';
import { sums } from '../session/checks';

export function SumsLine({ draft }: { draft: Draft }) {
  const t = useT();
  const { stress, rest, difference, notEvaluable } = sums(draft);
  const items = [
    ['SSS', stress, t('reader.sums.stress')],
    ['SRS', rest, t('reader.sums.rest')],
    ['SDS', difference, t('reader.sums.difference')],
  ] as const;
  return (
    <div className="reader-sums">
      <dl>
        {items.map(([short, value, name]) => (
          <div key={short}>
            <dt>
              <abbr title={name}>{short}</abbr>
            </dt>
            <dd data-sum={short}>{String(value).replace('-', '−')}</dd>
          </div>
        ))}
      </dl>
      {notEvaluable > 0 && <p>{t('reader.sums.notEvaluable', { count: notEvaluable })}</p>}
    </div>
  );
}
