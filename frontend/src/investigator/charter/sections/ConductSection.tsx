import { useT } from '../../../shared/i18n';
import { Field } from '../../../shared/ui';
import { at } from '../document';
import { breachAt, refusal, useEditing } from '../editing';
import { Fields } from '../fields';
import { Section } from '../Section';
import { DRIFT } from '../schema';

export default function ConductSection() {
  const t = useT();
  const { document, edit, clauses, breaches } = useEditing();
  const path = 'conduct.drift_visible_to';
  const chosen = JSON.stringify(at(document, path));
  return (
    <Section name="conduct">
      <div className="form row">
        <Fields of={['conduct.daily_cap', 'conduct.utc_offset', 'conduct.break_after_minutes']} />
      </div>
      <Fields of={['conduct.ask_recall', 'conduct.ask_arm']} />
      <Field
        label={t('charter.at.conduct.drift_visible_to')}
        hint={t('charter.hint.conduct.drift_visible_to')}
        wrong={breachAt(breaches, path)}
      >
        <select
          value={chosen}
          disabled={refusal(clauses, path) !== ''}
          onChange={({ target }) => edit({ [path]: JSON.parse(target.value) })}
        >
          {DRIFT.map((names) => (
            <option key={names.join()} value={JSON.stringify(names)}>
              {names.length === 0
                ? t('charter.nobody')
                : names
                    .map((name) => t(`role.${name as 'investigator' | 'monitor'}`))
                    .join(t('list.separator'))}
            </option>
          ))}
        </select>
      </Field>
    </Section>
  );
}
