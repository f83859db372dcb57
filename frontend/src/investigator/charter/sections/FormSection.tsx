import { useState } from 'react';
import { useT } from '../../../shared/i18n';
import { Field } from '../../../shared/ui';
import choices from '../choices.json';
import { at, isList, isObject, type Json, type JsonObject } from '../document';
import { refusal, useEditing, useSay } from '../editing';
import { CharterField, GroupBreach } from '../fields';
import { NameField } from '../NameField';
import { questionRenamed, valuesOf } from '../references';
import { Items, moved, Section } from '../Section';
import { organOf, questionsOf } from '../schema';
import { wordOf } from '../words';

export default function FormSection() {
  const t = useT();
  const { document, edit } = useEditing();
  const stored = at(document, 'form.fields');
  const fields = isList(stored) ? stored : [];
  return (
    <Section name="form">
      <GroupBreach path="form.version" />
      <GroupBreach path="form.segments" />
      <GroupBreach path="form.regions" />
      <p>{t('charter.scored', { count: organOf(document).segments })}</p>
      <GroupBreach path="form.fields" />
      <Items
        path="form"
        names={questionsOf(document)}
        add={t('charter.addQuestion')}
        onAdd={() =>
          edit({ 'form.fields': [...fields, { name: '', kind: 'text', values: [], required: false }] })
        }
        onRemove={(place) => edit({ [`form.fields.${place}`]: undefined })}
        onMove={(place, to) => edit({ 'form.fields': moved(fields, place, to) })}
      >
        {(place) => <Question place={place} />}
      </Items>
    </Section>
  );
}

/** What a question of another kind has, and what it has not. */
function ofKind(question: JsonObject, kind: string): JsonObject {
  const { minimum: _least, maximum: _most, ...rest } = question;
  const values = kind === 'choice' || kind === 'choices' ? question.values : [];
  return { ...rest, kind, values, ...(kind === 'number' ? { minimum: 0, maximum: 100 } : {}) };
}

function Question({ place }: { place: number }) {
  const t = useT();
  const say = useSay();
  const { document, edit, clauses } = useEditing();
  const path = `form.fields.${place}`;
  const stored = at(document, path);
  const question = isObject(stored) ? stored : {};
  const disabled = refusal(clauses, path) !== '';
  const kind = String(question.kind);
  return (
    <>
      <div className="form row">
        <NameField
          label={t('charter.at.form.fields.name')}
          hint={t('charter.hint.form.fields.name')}
          longest={40}
          stored={String(question.name ?? '')}
          others={questionsOf(document).toSpliced(place, 1)}
          disabled={disabled}
          onRename={(name) => edit(questionRenamed(document, place, name))}
        />
        <Field label={t('charter.at.form.fields.kind')}>
          <select
            value={kind}
            disabled={disabled}
            onChange={({ target }) => edit({ [path]: ofKind(question, target.value) })}
          >
            {choices['form.fields.kind'].map((name) => (
              <option key={name} value={name}>
                {wordOf(name, say)}
              </option>
            ))}
          </select>
        </Field>
        {kind === 'number' && (
          <>
            <CharterField path={`${path}.minimum`} />
            <CharterField path={`${path}.maximum`} />
          </>
        )}
      </div>
      {(kind === 'choice' || kind === 'choices') && (
        <Values
          path={`${path}.values`}
          label={t('charter.at.form.fields.values')}
          hint={t('charter.hint.form.fields.values')}
          disabled={disabled}
        />
      )}
      <CharterField path={`${path}.required`} />
      <Condition place={place} disabled={disabled} />
    </>
  );
}

interface ValuesProps {
  path: string;
  hint?: string;
  label: string;
  disabled: boolean;
}

/** Several values in one line, as people write them. */
function Values({ path, label, hint, disabled }: ValuesProps) {
  const { document, edit } = useEditing();
  const stored = at(document, path);
  const values = isList(stored) ? stored : [];
  // A comma that was just typed is no value yet: what is typed is kept while it means the same.
  const [typed, setTyped] = useState('');
  const isTyped = JSON.stringify(valuesOf(typed)) === JSON.stringify(values) && typed !== '';
  return (
    <Field label={label} hint={hint}>
      <input
        value={isTyped ? typed : values.join(', ')}
        disabled={disabled}
        onChange={({ target }) => {
          setTyped(target.value);
          edit({ [path]: valuesOf(target.value) });
        }}
      />
    </Field>
  );
}

type When = 'always' | 'answered' | 'scored';

/** When a question is asked: always, after an answer to an earlier one, or when segments are scored so high. */
function Condition({ place, disabled }: { place: number; disabled: boolean }) {
  const t = useT();
  const { document, edit } = useEditing();
  const path = `form.fields.${place}.when`;
  const when = at(document, path);
  const kind: When = !isObject(when) ? 'always' : 'field' in when ? 'answered' : 'scored';
  const earlier = questionsOf(document).slice(0, place);
  const begin: Record<When, Json | undefined> = {
    always: undefined,
    answered: { field: earlier[0] ?? '', in: [] },
    scored: { scores: [1], at_least: 1 },
  };
  return (
    <div className="form row">
      <Field label={t('charter.at.form.fields.when')}>
        <select
          value={kind}
          disabled={disabled}
          onChange={({ target }) => edit({ [path]: begin[target.value as When] })}
        >
          <option value="always">{t('charter.when.always')}</option>
          <option value="answered" disabled={earlier.length === 0}>
            {t('charter.when.answered')}
          </option>
          <option value="scored">{t('charter.when.scored')}</option>
        </select>
      </Field>
      {kind === 'answered' && (
        <>
          <Field label={t('charter.at.form.fields.when.field')}>
            <select
              value={String(at(when, 'field'))}
              disabled={disabled}
              onChange={({ target }) => edit({ [`${path}.field`]: target.value })}
            >
              {earlier.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </Field>
          <Values
            path={`${path}.in`}
            label={t('charter.at.form.fields.when.in')}
            hint={t('charter.separated')}
            disabled={disabled}
          />
        </>
      )}
      {kind === 'scored' && (
        <>
          <Values
            path={`${path}.scores`}
            label={t('charter.at.form.fields.when.scores')}
            hint={t('charter.separated')}
            disabled={disabled}
          />
          <CharterField path={`${path}.at_least`} />
        </>
      )}
    </div>
  );
}
