/** What of a charter names an arm or a question elsewhere follows when its name is changed. */
import { at, isList, isObject, type Json, type JsonObject } from './document';

type Values = Record<string, Json | undefined>;

/** Why something cannot have a name by which it is told from the others. */
export function fault(name: string, others: readonly string[]): 'empty' | 'taken' | null {
  if (name === '') return 'empty';
  return others.includes(name) ? 'taken' : null;
}

/** The changes that give an arm another code: also where the reference and the endpoints name it. */
export function armRecoded(document: JsonObject, place: number, code: string): Values {
  const before = at(document, `arms.${place}.code`);
  const values: Values = { [`arms.${place}.code`]: code };
  const arms = at(document, 'arms');
  // Where two arms have the same code nobody knows which of them is meant.
  const others = isList(arms)
    ? arms.filter((_arm, other) => other !== place).map((arm) => at(arm, 'code'))
    : [];
  if (typeof before !== 'string' || before === '' || others.includes(before)) return values;
  const named = (name: Json | undefined) =>
    name === before
      ? code
      : typeof name === 'string' && name.startsWith(`${before}.`)
        ? `${code}${name.slice(before.length)}`
        : name;
  if (document.reference_arm === before) values.reference_arm = code;
  const endpoints = at(document, 'endpoints');
  if (isList(endpoints)) {
    endpoints.forEach((endpoint, number) => {
      const compare = at(endpoint, 'compare');
      const against = at(endpoint, 'against');
      if (isList(compare) && compare.some((name) => named(name) !== name)) {
        values[`endpoints.${number}.compare`] = compare.map((name) => named(name) ?? null);
      }
      if (named(against) !== against) values[`endpoints.${number}.against`] = named(against);
    });
  }
  return values;
}

/** The changes that give a question another name: also in conditions and in what is adjudicated. */
export function questionRenamed(document: JsonObject, place: number, name: string): Values {
  const before = at(document, `form.fields.${place}.name`);
  const values: Values = { [`form.fields.${place}.name`]: name };
  const fields = at(document, 'form.fields');
  if (typeof before !== 'string' || before === '' || !isList(fields)) return values;
  if (fields.some((field, other) => other !== place && at(field, 'name') === before)) return values;
  fields.forEach((field, number) => {
    if (isObject(field) && at(field, 'when.field') === before) {
      values[`form.fields.${number}.when.field`] = name;
    }
  });
  if (at(document, 'adjudication.when.category_field') === before) {
    values['adjudication.when.category_field'] = name;
  }
  return values;
}

/** "normal, equivocal" or "1, 2, 3": whole numbers are numbers where all are. */
export function valuesOf(text: string): (string | number)[] {
  const values = text
    .split(/[,、\n]/)
    .map((value) => value.trim())
    .filter(Boolean);
  return values.every((value) => /^-?\d{1,9}$/.test(value)) ? values.map(Number) : values;
}
