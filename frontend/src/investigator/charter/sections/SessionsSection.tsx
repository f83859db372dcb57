import { useT } from '../../../shared/i18n';
import { Field } from '../../../shared/ui';
import choices from '../choices.json';
import { at } from '../document';
import { breachAt, refusal, useEditing, useSay } from '../editing';
import { CharterField, Fields, useClosed } from '../fields';
import { Section } from '../Section';
import { wordOf } from '../words';

export default function SessionsSection() {
  const t = useT();
  const say = useSay();
  const { document, edit, clauses, breaches } = useEditing();
  const closed = useClosed('design');
  const kind = String(at(document, 'design.kind'));
  return (
    <Section name="sessions">
      <div className="form row">
        <Fields of={['sessions', 'washout_days', 'repeat_fraction']} />
      </div>
      <div className="form row">
        <Field label={t('charter.at.design.kind')} hint={closed} wrong={breachAt(breaches, 'design.kind')}>
          <select
            value={kind}
            disabled={refusal(clauses, 'design') !== ''}
            onChange={({ target }) =>
              edit({
                'design.kind': target.value,
                'design.readers_per_case': target.value === 'balanced_incomplete' ? 2 : undefined,
              })
            }
          >
            {choices['design.kind'].map((name) => (
              <option key={name} value={name}>
                {wordOf(name, say)}
              </option>
            ))}
          </select>
        </Field>
        {kind === 'balanced_incomplete' && <CharterField path="design.readers_per_case" />}
        <CharterField path="design.minimum_distance" />
      </div>
    </Section>
  );
}
