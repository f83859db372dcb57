/** The questions of a form that belong to a region of the brain: they stand in its row, not among the others. */
import type { Form, FormField } from '../api';
import { type Pair, pairs } from '../heart/regions';

const PREFIX = 'asymmetry_';

export function asymmetryOf({ fields }: Pick<Form, 'fields'>, pair: Pair): FormField | undefined {
  return fields.find(({ name }) => name === `${PREFIX}${pair.name}`);
}

export function isOfRegion(form: Pick<Form, 'regions'>, field: FormField): boolean {
  return pairs(form.regions).some(({ name }) => field.name === `${PREFIX}${name}`);
}
