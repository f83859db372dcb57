import { useT } from '../../shared/i18n';
import type { Form } from '../api';
import type { Draft } from '../ledger/events';
import { type SumsDisplay, sums, sumsShown } from '../session/checks';

interface SumsLineProps {
  form: Form;
  draft: Draft;
  display: SumsDisplay;
}

/**
 * The sums, as far as the study shows them: at once, only after everything is scored (a sum that grows may lead the scores), or
 * not at all.
 */
export function SumsLine({ form, draft, display }: SumsLineProps) {
  const t = useT();
  if (!display.show_sums) return null;
  const { items, notEvaluable } = sums(form, draft);
  const held = !sumsShown(form, draft, display);
  return (
    <div className="reader-sums">
      <dl>
        {items.map(({ name, value }) => (
          <div key={name}>
            <dt>
              <abbr title={t(`reader.sums.${name}`)}>{t(`reader.sums.short.${name}`)}</abbr>
            </dt>
            <dd data-sum={name}>{value === null || held ? '–' : String(value).replace('-', '−')}</dd>
          </div>
        ))}
      </dl>
      {held && <p>{t('reader.sums.held')}</p>}
      {!held && notEvaluable > 0 && <p>{t('reader.sums.notEvaluable', { count: notEvaluable })}</p>}
    </div>
  );
}
