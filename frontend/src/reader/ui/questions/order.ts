/** Which question comes next, and what of several choices is chosen. */
import type { FormField } from '../../api';
import type { FieldValue } from '../../ledger/events';

type Values = Readonly<Record<string, FieldValue>>;

/**
 * The question that follows: the next one behind `from` without an answer, whether it is required or not, else the first that
 * is required and open. Free text is never in the way: it has a key of its own.
 */
export function nextQuestion(
  asked: readonly FormField[],
  values: Values,
  from: string | null,
): string | null {
  const open = ({ name, kind }: FormField) => kind !== 'text' && values[name] === undefined;
  const behind = asked.slice(asked.findIndex(({ name }) => name === from) + 1);
  const next =
    behind.find(open) ?? asked.find((field) => field.required && open(field) && field.name !== from);
  return next?.name ?? null;
}

/** The chosen ones with one more or one less, in the order of the form; null when none is left. */
export function toggled(
  { values }: Pick<FormField, 'values'>,
  chosen: FieldValue | undefined,
  option: number | string,
): FieldValue | null {
  const now = chosenOf(chosen);
  const next = values.filter((value) => now.includes(value) !== (value === option));
  return next.length > 0 ? next : null;
}

export function chosenOf(value: FieldValue | undefined): readonly (number | string)[] {
  return typeof value === 'object' ? value : [];
}
