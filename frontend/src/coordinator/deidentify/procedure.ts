/**
 * The procedure: every rule, word and shape as the server has them. `procedure.json` is written from
 * `reader_study/intake` (`./run api`), so that no rule is written twice; here it only gets types and indexes.
 */
import document from './procedure.json';
import type { Kind, Method } from './types';

interface Common {
  ground: string;
  /** Representations that the standard's dictionary allows; none for a sequence. */
  vr?: readonly string[];
}

export type SingleRule = Common &
  (
    | {
        rule: 'number';
        low: number;
        high: number;
        count: number | 'frames';
        essential?: boolean;
        zero?: boolean;
        counter?: boolean;
      }
    | { rule: 'pointer'; tags: readonly string[] }
    | { rule: 'terms'; terms: readonly string[]; placed?: boolean }
    | { rule: 'names'; names: Readonly<Record<string, string>> }
    | { rule: 'uid' | 'class_uid' | 'date' | 'datetime' | 'time' | 'offset' | 'age' }
  );
export type CodesRule = Common & { rule: 'codes'; concepts: string; within: Rules; may_be_empty?: boolean };
export type ItemsRule = Common & { rule: 'items'; within: Rules; may_be_empty?: boolean };
export type StateRule = Common & { rule: 'patient_state' };
export type SequenceRule = CodesRule | ItemsRule | StateRule;
export type Rule = SingleRule | SequenceRule;
/** Rules by tag. */
export type Rules = ReadonlyMap<number, Rule>;

type Code = readonly [value: string, meaning: string];
type Scheme = readonly [scheme: string, value: string];

interface Document {
  version: string;
  limits: Readonly<Record<string, number>>;
  /** SOP class to the name of its rules. */
  classes: Readonly<Record<string, string>>;
  rules: Readonly<Record<string, unknown>>;
  storage_classes: readonly string[];
  identifiers: readonly string[];
  removal: Readonly<Record<string, string>>;
  shapes: Readonly<Record<string, string>>;
  concepts: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  states: readonly (readonly [scheme: string, value: string, state: string])[];
  sealed: {
    implementation: string;
    implementation_version: string;
    method: string;
    profile: readonly Code[];
    clean_pixels: Code;
    equipment_purpose: Code;
    equipment_maker: string;
    equipment_model: string;
    state_name: Scheme;
    state_codes: Readonly<Record<string, Scheme>>;
    /** Tag to reason of what the study writes itself. */
    own: Readonly<Record<string, string>>;
    /** Tag to VR of what must be there, and may be empty. */
    empty: Readonly<Record<string, string>>;
  };
  describing: {
    stress: string;
    rest: string;
    corrected: string;
    uncorrected: string;
    views: Readonly<Record<string, string>>;
    /** By what an image was corrected: method to words. */
    methods: Readonly<Record<Method, string>>;
    state_texts: readonly string[];
    view_texts: readonly string[];
    correction_texts: readonly string[];
    method_texts: readonly string[];
    short_axis_progressions: readonly string[];
    stress_codes: readonly (readonly [value: string, scheme: string])[];
    rest_codes: readonly (readonly [value: string, scheme: string])[];
    view_codes: readonly (readonly [value: string, scheme: string, view: string])[];
    kind_words: Readonly<Record<Kind, string>>;
    view_phrases: Readonly<Record<string, string>>;
    corrected_kinds: readonly Kind[];
    corrected_words: Readonly<Record<Method | '', string>>;
    state_sources: readonly string[];
    view_sources: readonly string[];
  };
  character_sets: {
    declared: Readonly<Record<string, string>>;
    escapes: readonly (readonly [escape: string, encoding: string])[];
    guesses: readonly string[];
  };
  dictionary: Readonly<Record<string, string>>;
}

const procedure = document as unknown as Document;

export const VERSION = procedure.version;
export const SEALED = procedure.sealed;
export const DESCRIBING = procedure.describing;
export const CHARACTER_SETS = procedure.character_sets;
/** Names of the rules of NM, PT, CT and enhanced PET storage: `nm`, `pt`, `ct`, `enhanced_pt`. */
export const CLASSES: ReadonlyMap<string, string> = new Map(Object.entries(procedure.classes));
export const STORAGE_CLASSES: ReadonlySet<string> = new Set(procedure.storage_classes);
export const IDENTIFIERS: ReadonlySet<number> = new Set(procedure.identifiers.map(tagOf));
export const EMPTY: ReadonlyMap<number, string> = byTag(SEALED.empty);
export const OWN: ReadonlyMap<number, string> = byTag(SEALED.own);
export const REMOVED_BY_VR = procedure.removal;

const { limits } = procedure;
const limit = (name: string): number => {
  const value = limits[name];
  if (value === undefined) throw new Error(`The procedure has no limit for ${name}.`);
  return value;
};
/** What the gate and the rules let through; lengths in bytes or characters. */
export const LIMITS = {
  elements: limit('elements'),
  items: limit('items'),
  depth: limit('depth'),
  text: limit('text'),
  textTotal: limit('text_total'),
  private: limit('private'),
  meta: limit('meta'),
  inflated: limit('inflated'),
  ratio: limit('ratio'),
  pixels: limit('pixels'),
  area: limit('area'),
  pixelBytes: limit('pixel_bytes'),
  frames: limit('frames'),
  decimal: limit('decimal'),
  integer: limit('integer'),
  counter: limit('counter'),
  value: limit('value'),
  oldest: limit('oldest'),
  smallestIdentifier: limit('smallest_identifier'),
  smallestNumbering: limit('smallest_numbering'),
  largestIdentifier: limit('largest_identifier'),
};

/** Whole values of a shape (`uid`, `date`, …). */
export const SHAPES: Readonly<Record<string, RegExp>> = Object.fromEntries(
  Object.entries(procedure.shapes).map(([name, shape]) => [name, new RegExp(`^(?:${shape})$`)]),
);

export function shape(name: string): RegExp {
  const found = SHAPES[name];
  if (!found) throw new Error(`The procedure has no shape ${name}.`);
  return found;
}

const DICTIONARY: ReadonlyMap<number, string> = new Map(
  Object.entries(procedure.dictionary).flatMap(([vr, tags]) =>
    tags.split(' ').map((tag): [number, string] => [tagOf(tag), vr]),
  ),
);

/** The representation of a public attribute by the standard's dictionary; undefined if it is not in there. */
export function dictionaryVr(tag: number): string | undefined {
  return DICTIONARY.get(tag);
}

const RULES: ReadonlyMap<string, Rules> = new Map(
  Object.entries(procedure.rules).map(([name, rules]) => [name, indexed(rules)]),
);

/** The rules of a SOP class; undefined if it is not taken. */
export function rulesOf(sopClass: string): Rules | undefined {
  return RULES.get(CLASSES.get(sopClass) ?? '');
}

/** The meaning of a concept of a list; undefined if the list does not have it. */
export function meaningOf(list: string, scheme: string, value: string): string | undefined {
  const concepts = procedure.concepts[list] ?? {};
  const values = Object.hasOwn(concepts, scheme) ? (concepts[scheme] ?? {}) : {};
  return Object.hasOwn(values, value) ? values[value] : undefined;
}

/** `stress` or `rest` for a code that says so and that may be written. */
const STATES = new Map(procedure.states.map(([scheme, value, state]) => [`${scheme}\n${value}`, state]));

export function stateOfCode(scheme: string, value: string): string | undefined {
  return STATES.get(`${scheme}\n${value}`);
}

function indexed(rules: unknown): Rules {
  return new Map(
    Object.entries(rules as Record<string, Rule & { within?: unknown }>).map(([tag, rule]) => [
      tagOf(tag),
      rule.within === undefined ? rule : ({ ...rule, within: indexed(rule.within) } as Rule),
    ]),
  );
}

function byTag(values: Readonly<Record<string, string>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(values).map(([tag, value]) => [tagOf(tag), value]));
}

function tagOf(digits: string): number {
  return Number.parseInt(digits, 16);
}

let words: ReadonlySet<string> | null = null;

/** Every text that a file of ours can hold besides what names its subject and its image, in lower case. */
export function vocabulary(): ReadonlySet<string> {
  words ??= new Set(listed().map((word) => word.toLowerCase()));
  return words;
}

function listed(): string[] {
  const { method, profile, clean_pixels, equipment_maker, equipment_model } = SEALED;
  const concepts = Object.values(procedure.concepts).flatMap((schemes) =>
    Object.entries(schemes).flatMap(([scheme, values]) => [scheme, ...Object.entries(values).flat()]),
  );
  return [
    ...[...RULES.values()].flatMap(wordsOf),
    ...[method, VERSION, equipment_maker, equipment_model, SEALED.implementation_version],
    ...[...profile, clean_pixels, SEALED.equipment_purpose].flat(),
    ...['YES', 'NO', 'MODIFIED', 'DCM', 'CODE', ''],
    ...concepts,
  ];
}

function wordsOf(rules: Rules): string[] {
  return [...rules.values()].flatMap((rule) => {
    if (rule.rule === 'terms') return rule.terms;
    if (rule.rule === 'names') return Object.values(rule.names);
    return rule.rule === 'codes' || rule.rule === 'items' ? wordsOf(rule.within) : [];
  });
}
