import { useT } from '../../../shared/i18n';
import type { Json } from '../document';
import { refusal, useEditing } from '../editing';
import { CharterField, Fields, useClosed } from '../fields';
import { Section } from '../Section';

const USUAL: Json = {
  training_cases: 5,
  test_cases: 10,
  threshold: { measure: 'within_one', at_least: 0.8 },
  attempts: 2,
};

export default function QualificationSection() {
  const t = useT();
  const { document, edit, clauses } = useEditing();
  const closed = useClosed('qualification');
  const isAsked = document.qualification !== undefined;
  return (
    <Section name="qualification">
      <label className="inline">
        <input
          type="checkbox"
          checked={isAsked}
          disabled={refusal(clauses, 'qualification') !== ''}
          onChange={({ target }) => edit({ qualification: target.checked ? USUAL : undefined })}
        />
        {t('charter.askQualification')}
      </label>
      {closed && <p className="dim">{closed}</p>}
      {isAsked && (
        <>
          <div className="form row">
            <Fields of={['qualification.training_cases', 'qualification.test_cases']} />
          </div>
          <div className="form row">
            <Fields of={['qualification.threshold.measure', 'qualification.threshold.at_least']} />
          </div>
          <div className="form row">
            <CharterField path="qualification.attempts" />
            <CharterField path="qualification.valid_days" />
          </div>
        </>
      )}
    </Section>
  );
}
