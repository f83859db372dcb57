/**
 * A typed catalogue without a library. Messages are flat objects in i18next v4 form: `{{name}}` for parameters and
 * `_one` / `_other` suffixes for plurals, so that the files can go to a translation tool as they are.
 */

/** Every key a caller may use: plural variants fold into their base key. */
export type BaseKey<K extends string> = K extends `${infer B}_one` | `${infer B}_other` ? B : K;

type Placeholder<S extends string> = S extends `${string}{{${infer P}}}${infer Rest}`
  ? P | Placeholder<Rest>
  : never;

/** The message (or its plural variants) that stand behind a base key. */
type Behind<M extends Record<string, string>, K extends string> =
  | (K extends keyof M ? M[K] : never)
  | (`${K}_other` extends keyof M ? M[`${K}_other`] : never)
  | (`${K}_one` extends keyof M ? M[`${K}_one`] : never);

type PluralParams<M, K extends string> = `${K}_other` extends keyof M ? { count: number } : unknown;

type Params<M extends Record<string, string>, K extends string> = {
  [P in Placeholder<Behind<M, K>>]: string | number;
} & PluralParams<M, K>;

/** `t('key')`, or `t('key', {name: ...})` when the message has parameters: the compiler knows which. */
export type Translate<M extends Record<string, string>> = <K extends BaseKey<keyof M & string>>(
  key: K,
  ...rest: keyof Params<M, K> extends never ? [] : [params: Params<M, K>]
) => string;

/** The other language must have the same keys; a language without plural forms leaves the `_one` variants out. */
export type SameKeys<M extends Record<string, string>> = {
  readonly [K in keyof M as K extends `${string}_one` ? never : K]: string;
};

/** Fill one message from a catalogue. Numbers are written the way the language writes them. */
export function fill(
  messages: Readonly<Record<string, string>>,
  locale: string,
  key: string,
  params: Readonly<Record<string, string | number>> = {},
): string {
  const count = params.count;
  const variant = typeof count === 'number' ? `${key}_${new Intl.PluralRules(locale).select(count)}` : key;
  const message = messages[variant] ?? messages[`${key}_other`] ?? messages[key];
  if (message === undefined) return key;
  return message.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  });
}
