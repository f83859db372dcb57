/** A charter as JSON, looked into and changed by place: "endpoints.0.margin". Never changed where it stands. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

const IS_NUMBER = /^\d+$/;

export function at(document: Json | undefined, path: string): Json | undefined {
  let found = document;
  for (const key of path.split('.')) {
    if (isList(found)) found = IS_NUMBER.test(key) ? found[Number(key)] : undefined;
    else if (isObject(found)) found = found[key];
    else return undefined;
  }
  return found;
}

/** The document with a value at a place; undefined takes what is there away. Objects on the way are made. */
export function withAt(document: JsonObject, path: string, value: Json | undefined): JsonObject {
  return changed(document, path.split('.'), value) as JsonObject;
}

function changed(
  whole: Json | undefined,
  [key = '', ...rest]: readonly string[],
  value: Json | undefined,
): Json {
  if (isList(whole)) {
    const list = [...whole];
    const place = Number(key);
    if (rest.length > 0) list[place] = changed(list[place], rest, value);
    else if (value === undefined) list.splice(place, 1);
    else list[place] = value;
    return list;
  }
  const object = isObject(whole) ? whole : {};
  if (rest.length > 0) return { ...object, [key]: changed(object[key], rest, value) };
  if (value !== undefined) return { ...object, [key]: value };
  const { [key]: _gone, ...left } = object;
  return left;
}

/** "endpoints.0.margin" → "endpoints.margin": what is true of a place in each item of a list. */
export function pattern(path: string): string {
  return path
    .split('.')
    .filter((key) => !IS_NUMBER.test(key))
    .join('.');
}

/** Whether a place is another one or lies below it. */
export function isBelow(path: string, above: string): boolean {
  return above === '' || path === above || path.startsWith(`${above}.`);
}

/** What goes without saying, said: so that every field of a form has something to show. The server leaves it out again. */
export function filled(document: JsonObject): JsonObject {
  const display = isObject(document.display) ? document.display : {};
  return {
    ...document,
    arms: isList(document.arms) ? document.arms.map(withSteps) : [],
    design: { kind: 'fully_crossed', ...object(document.design) },
    conduct: { ask_recall: false, ask_arm: false, drift_visible_to: [], ...object(document.conduct) },
    reference: { rule: 'each_reader', ...object(document.reference) },
    endpoints: isList(document.endpoints) ? document.endpoints : [],
    multiplicity: document.multiplicity ?? 'none',
    intake: { quarantine_days: 30, also: [], ...object(document.intake) },
    display: { sums_when_complete: false, click_scores: false, show_time: false, cine: [], ...display },
  };
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** An arm of one picture is one step of one picture. */
function withSteps(arm: Json): Json {
  if (!isObject(arm) || arm.image_set === undefined) return arm;
  const { image_set, ...rest } = arm;
  return { ...rest, steps: [[image_set ?? '']] };
}

/** The same text for the same content, in whatever order its keys stand. */
export function sorted(value: Json | undefined): string {
  return JSON.stringify(value, (_key, inner: Json) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** Whether two documents say the same, whatever they leave unsaid. */
export function isSame(one: JsonObject, other: JsonObject): boolean {
  return sorted(filled(one)) === sorted(filled(other));
}
