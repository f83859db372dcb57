import { useLanguage, useT } from '../../shared/i18n';
import type { Form } from '../api';
import type { Difference } from '../ledger/events';
import { answerText, fieldLabel, markName, placeName } from '../names';

interface DifferencesProps {
  form: Form;
  differences: readonly Difference[];
  /** What the other scores and answers are, and what those of this page are. */
  others: string;
  here: string;
}

/** Place by place what two drafts of a read say. */
export function Differences({ form, differences, others, here }: DifferencesProps) {
  const t = useT();
  const language = useLanguage();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls can be scrolled by keyboard
    <div className="reader-both" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{others}</th>
            <th scope="col">{here}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ change, other }) => {
            const scored = change.kind === 'score';
            const place = scored
              ? placeName(t, form, change.state, change.segment)
              : fieldLabel(language, change.name);
            const words = (value: Difference['other']) =>
              scored
                ? markName(t, value as number | 'NE' | null)
                : value === null
                  ? t('reader.form.noAnswer')
                  : answerText(language, change.name, value);
            return (
              <tr key={place}>
                <th scope="row">{place}</th>
                <td>{words(other)}</td>
                <td>{words(change.value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
