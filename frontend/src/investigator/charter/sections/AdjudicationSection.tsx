import { useT } from '../../../shared/i18n';
import { Field } from '../../../shared/ui';
import choices from '../choices.json';
import { at, type Json } from '../document';
import { breachAt, refusal, useEditing, useSay } from '../editing';
import { CharterField, Fields, GroupBreach, useClosed } from '../fields';
import { Section } from '../Section';
import { wordOf } from '../words';

const USUAL: Json = {
  when: { segment_difference: 2 },
  decoy_fraction: 0.2,
  mode: 'single',
  result: 'beside',
};

export default function AdjudicationSection() {
  const t = useT();
  const say = useSay();
  const { document, edit, clauses, breaches } = useEditing();
  const closed = useClosed('adjudication');
  const isAsked = document.adjudication !== undefined;
  const disabled = refusal(clauses, 'adjudication') !== '';
  return (
    <Section name="adjudication">
      <label className="inline">
        <input
          type="checkbox"
          checked={isAsked}
          disabled={disabled}
          onChange={({ target }) => edit({ adjudication: target.checked ? USUAL : undefined })}
        />
        {t('charter.askAdjudication')}
      </label>
      {closed && <p className="dim">{closed}</p>}
      {isAsked && (
        <>
          <fieldset className="charter-item">
            <legend>{t('charter.at.adjudication.when')}</legend>
            <GroupBreach path="adjudication.when" />
            <div className="form row">
              <Fields
                of={[
                  'adjudication.when.segment_difference',
                  'adjudication.when.summed_difference',
                  'adjudication.when.category_field',
                ]}
              />
            </div>
          </fieldset>
          <CharterField path="adjudication.decoy_fraction" />
          <div className="form row">
            <Field label={t('charter.at.adjudication.mode')} wrong={breachAt(breaches, 'adjudication.mode')}>
              <select
                value={String(at(document, 'adjudication.mode'))}
                disabled={disabled}
                onChange={({ target }) =>
                  edit({
                    'adjudication.mode': target.value,
                    'adjudication.panel_size': target.value === 'panel' ? 3 : undefined,
                  })
                }
              >
                {choices['adjudication.mode'].map((name) => (
                  <option key={name} value={name}>
                    {wordOf(name, say)}
                  </option>
                ))}
              </select>
            </Field>
            {at(document, 'adjudication.mode') === 'panel' && <CharterField path="adjudication.panel_size" />}
            <CharterField path="adjudication.result" />
          </div>
        </>
      )}
    </Section>
  );
}
