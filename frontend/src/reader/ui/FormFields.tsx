/**
 * The questions of the form beside the scores. Inside a question its own keys answer it: digits, Enter for the next question,
 * Escape back to the segments. A question whose condition does not hold keeps its place, so that nothing moves under the
 * pointer when it comes to be asked.
 */
import { useEffect, useRef, useState } from 'react';
import { useLanguage, useT } from '../../shared/i18n';
import type { Form, FormField } from '../api';
import { answerTo, type Draft, type FieldValue } from '../ledger/events';
import { fieldLabel } from '../names';
import { asked } from '../session/form';
import { Amount } from './questions/Amount';
import { Choice, Choices } from './questions/Choice';
import { FreeText } from './questions/FreeText';
import { useQuestionKeys } from './questions/useQuestionKeys';
import { isOfRegion } from './regions';
import '../style/questions.css';

const KINDS = { choice: Choice, choices: Choices, number: Amount, text: FreeText } as const;

interface FormFieldsProps {
  form: Form;
  draft: Draft;
  disabled: boolean;
  onAnswer: (name: string, value: FieldValue | null) => void;
}

export function FormFields({ form, draft, disabled, onAnswer }: FormFieldsProps) {
  const open = asked(form, draft);
  const { onDone, keys } = useQuestionKeys(form, draft);
  return (
    // The questions inside have the focus; their keys arrive here.
    <div className="reader-form" {...keys}>
      {form.fields
        .filter((field) => !isOfRegion(form, field))
        .map((field) => {
          const Kind = KINDS[field.kind];
          const isAsked = open.includes(field);
          return (
            <Kind
              key={field.name}
              field={field}
              value={isAsked ? answerTo(draft, field.name) : undefined}
              asked={isAsked}
              disabled={disabled}
              onAnswer={onAnswer}
              onDone={onDone}
            />
          );
        })}
      <NewQuestions fields={open} />
    </div>
  );
}

/** Says which question came to be asked, to those who do not see it light up. */
function NewQuestions({ fields }: { fields: readonly FormField[] }) {
  const t = useT();
  const language = useLanguage();
  const before = useRef(fields);
  const [text, setText] = useState('');
  useEffect(() => {
    const added = fields.filter(({ name }) => before.current.every((field) => field.name !== name));
    before.current = fields;
    if (added.length === 0) return;
    const names = added.map(({ name }) => fieldLabel(language, name)).join(t('list.separator'));
    setText(t('reader.form.alsoAsked', { questions: names }));
  }, [fields, language, t]);
  return (
    <div className="visually-hidden" role="status">
      {text}
    </div>
  );
}
