/** A charter told in words: the name of each place, and what stands there. */
import { at, isBelow, isList, isObject, type Json, type JsonObject, pattern } from './document';
import { LEAVES } from './schema';

/** A word of the catalogue by a key that is made from data; undefined where there is none. */
export type Say = (key: string) => string | undefined;

export interface Told {
  /** What stands there, where it is one thing. */
  text?: string;
  /** Or what it consists of. */
  parts?: readonly { label: string; told: Told }[];
}

/** Names of the items of a list, by what people call them. */
const NAMES: Readonly<Record<string, string>> = {
  arms: 'code',
  endpoints: 'name',
  'form.fields': 'name',
  'display.layouts': 'name',
};

/** "endpoints.0.margin" → ["Endpoints", "“Closer to PET”", "Margin"]. */
export function placeInWords(path: string, document: JsonObject | undefined, say: Say): string[] {
  const keys = path.split('.');
  return keys.map((key, place) => {
    const whole = keys.slice(0, place + 1).join('.');
    if (!/^\d+$/.test(key)) return say(`charter.at.${pattern(whole)}`) ?? key;
    const name = NAMES[pattern(whole)];
    const called = name ? at(document, `${whole}.${name}`) : undefined;
    if (typeof called !== 'string' || !called) return String(Number(key) + 1);
    return (say('charter.quoted') ?? '{{name}}').replace('{{name}}', called);
  });
}

export function inWords(path: string, value: Json | undefined, say: Say): Told {
  if (value === undefined || value === null) return { text: '–' };
  if (isObject(value)) {
    return {
      parts: keysOf(path, value).map((key) => ({
        label: say(`charter.at.${pattern(`${path}.${key}`)}`) ?? key,
        told: inWords(`${path}.${key}`, value[key], say),
      })),
    };
  }
  if (isList(value) && value.some(isObject)) {
    const name = NAMES[pattern(path)];
    return {
      parts: value.map((item, place) => {
        const called = name && at(item, name);
        const isQuestion = pattern(path) === 'form.fields' && isObject(item);
        // The name is said already.
        const rest = name && isObject(item) ? without(isQuestion ? asRead(item, say) : item, name) : item;
        return {
          label: isQuestion ? questionWord(called, say) : String(called ?? place + 1),
          told: inWords(`${path}.${place}`, rest, say),
        };
      }),
    };
  }
  return { text: scalar(path, value, say) };
}

/** The keys of a part of the charter in the order in which the editor asks for them; the server sorts them its way. */
export function keysOf(path: string, value: JsonObject): string[] {
  const order = Object.keys(LEAVES);
  const place = (key: string) => {
    const whole = pattern(`${path}.${key}`);
    const found = order.findIndex((leaf) => isBelow(leaf, whole));
    return found < 0 ? order.length : found;
  };
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted((one, other) => place(one) - place(other));
}

/** What the reading page calls a question or an answer, beside the name that the author of the form gave it. */
function besideName(word: string | undefined, name: Json | undefined, say: Say): string {
  const both = say('charter.wordAndName');
  return word && both && word !== String(name)
    ? both.replace('{{word}}', word).replace('{{name}}', String(name))
    : String(name ?? '');
}

function questionWord(name: Json | undefined, say: Say): string {
  return besideName(say(`reader.field.${name}`), name, say);
}

/** A question with its answers as they are read. */
function asRead(question: JsonObject, say: Say): JsonObject {
  const answers = (of: Json | undefined, values: Json | undefined) =>
    isList(values)
      ? values.map((value) => besideName(say(`reader.field.${of}.${value}`), value, say))
      : values;
  const when = question.when;
  return {
    ...question,
    values: answers(question.name, question.values),
    ...(isObject(when) && 'field' in when
      ? { when: { field: questionWord(when.field, say), in: answers(when.field, when.in) } }
      : {}),
  };
}

function without(item: JsonObject, name: string): JsonObject {
  const { [name]: _said, ...rest } = item;
  return rest;
}

const KEYS = /[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*/g;

/**
 * What the server says of a broken rule, as the form says it: it names fields and choices by their keys, which is what
 * the author of a file needs; here they have labels. Place: of the field at which the sentence stands.
 */
export function inFormWords(sentence: string, place: string, say: Say): string {
  const quoted = say('charter.quoted') ?? '{{name}}';
  const leaf = pattern(place);
  const offered = LEAVES[leaf]?.of?.({}) ?? [];
  const listed = sentence.search(/[:：]/);
  const named = sentence.replace(KEYS, (key: string, from: number) => {
    // An English sentence begins with a capital letter unless it begins with a key.
    const isKey = from === 0 || /[._]/.test(key);
    const isListed = listed >= 0 && from > listed && offered.includes(key);
    if (!isKey && !isListed) return key;
    const word = isListed
      ? wordOf(key, say)
      : (say(`charter.at.${key}`) ?? say(`charter.at.${leaf}.${key}`) ?? wordOf(key, say));
    return word === key ? key : quoted.replace('{{name}}', word);
  });
  // Latin words in a Japanese sentence have spaces around them, quoted ones have none.
  return named.replaceAll(/ ?(「[^」]*」) ?/g, '$1');
}

/** The word for a value that a charter offers to choose. A key that ended with _one would be a plural. */
export function wordOf(value: string, say: Say): string {
  return say(`charter.is.${value.replace(/_one$/, '_1')}`) ?? value;
}

function scalar(path: string, value: Json, say: Say): string {
  if (isList(value)) {
    if (value.length === 0) return say('charter.is.nothing') ?? '–';
    // Steps follow each other; what is shown in one stands side by side; tested and compared arms face each other.
    const between = value.some(isList)
      ? ' → '
      : pattern(path) === 'arms.steps'
        ? ' + '
        : pattern(path) === 'endpoints.compare'
          ? ' – '
          : (say('list.separator') ?? ', ');
    return value.map((item) => scalar(path, item, say)).join(between);
  }
  if (typeof value === 'boolean') return say(`charter.is.${value ? 'yes' : 'no'}`) ?? String(value);
  if (typeof value === 'number') return String(value);
  const text = String(value);
  if (pattern(path) === 'adjudication.when.category_field') return questionWord(text, say);
  return FREE.has(pattern(path)) ? text : wordOf(text, say);
}

/** Where a person wrote the text: a title "pet" is not the picture. */
export const FREE = new Set([
  'title',
  'reader_title',
  'arms.code',
  'arms.label',
  'endpoints.name',
  'endpoints.compare',
  'endpoints.against',
  'form.fields.name',
  'form.fields.values',
  'form.fields.when.field',
  'form.fields.when.in',
  'reference_arm',
  'adjudication.when.category_field',
]);
