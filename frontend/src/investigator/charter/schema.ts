/** What a charter consists of, as data: its sections, and how each of its fields is asked for and told. */
import choices from './choices.json';
import { at, type Json, type JsonObject } from './document';

export const SECTIONS = [
  'basics',
  'arms',
  'sessions',
  'form',
  'display',
  'conduct',
  'qualification',
  'adjudication',
  'analysis',
  'intake',
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Which places belong to a section: their rules' sentences are told there. */
export const ROOTS: Record<SectionName, readonly string[]> = {
  basics: ['title', 'reader_title', 'simulated', 'organ', 'states'],
  arms: ['arms', 'reference_arm'],
  sessions: ['sessions', 'washout_days', 'repeat_fraction', 'design'],
  form: ['form'],
  display: ['display'],
  conduct: ['conduct'],
  qualification: ['qualification'],
  adjudication: ['adjudication'],
  analysis: ['reference', 'endpoints', 'multiplicity', 'margins', 'score_thresholds'],
  intake: ['intake'],
};

export type Kind = 'text' | 'whole' | 'amount' | 'flag' | 'choice' | 'several';

export interface Leaf {
  kind: Kind;
  /** May be left empty: then there is no such rule. */
  optional?: boolean;
  least?: number;
  most?: number;
  step?: number;
  of?: (document: JsonObject) => readonly string[];
}

type Organ = keyof typeof choices.organs;

export function organOf(document: JsonObject): (typeof choices.organs)[Organ] {
  return choices.organs[document.organ === 'brain' ? 'brain' : 'heart'];
}

function listed(name: Exclude<keyof typeof choices, 'organs' | 'most' | 'conduct.drift_visible_to'>): Leaf {
  return { kind: 'choice', of: () => choices[name] };
}

export function codesOf(document: JsonObject): string[] {
  const arms = at(document, 'arms');
  return Array.isArray(arms) ? arms.map((arm: Json) => String(at(arm, 'code') ?? '')) : [];
}

/** What endpoints can compare: the arms, and "A.1", the first step of arm A. */
export function readingsOf(document: JsonObject): string[] {
  const arms = at(document, 'arms');
  if (!Array.isArray(arms)) return [];
  const steps = arms.flatMap((arm: Json) => {
    const own = at(arm, 'steps');
    return Array.isArray(own) ? own.slice(1).map((_step, place) => `${at(arm, 'code')}.${place + 1}`) : [];
  });
  return [...codesOf(document), ...steps];
}

/** Names of the questions of the form of a kind. */
export function questionsOf(document: JsonObject, kind?: string): string[] {
  const fields = at(document, 'form.fields');
  if (!Array.isArray(fields)) return [];
  return fields
    .filter((field: Json) => kind === undefined || at(field, 'kind') === kind)
    .map((field: Json) => String(at(field, 'name') ?? ''));
}

function layoutsOf(document: JsonObject): string[] {
  const own = at(document, 'display.layouts');
  if (Array.isArray(own) && own.length > 0) return own.map((layout: Json) => String(at(layout, 'name')));
  return [...new Set(organOf(document).layouts)];
}

const flag: Leaf = { kind: 'flag' };
const text: Leaf = { kind: 'text' };

/** By pattern: the place without the numbers of lists. */
export const LEAVES: Readonly<Record<string, Leaf>> = {
  title: text,
  reader_title: text,
  simulated: flag,
  organ: { kind: 'choice', of: () => Object.keys(choices.organs) },
  reference_arm: { kind: 'choice', of: codesOf },
  'arms.code': text,
  'arms.label': text,
  sessions: { kind: 'whole', least: 2, most: choices.most.sessions },
  washout_days: { kind: 'whole', least: 0, most: choices.most.washout_days },
  repeat_fraction: { kind: 'amount', least: 0, most: 0.2, step: 0.01 },
  'design.kind': listed('design.kind'),
  'design.readers_per_case': {
    kind: 'whole',
    least: 1,
    most: choices.most['design.readers_per_case'],
    optional: true,
  },
  'design.minimum_distance': {
    kind: 'whole',
    least: 1,
    most: choices.most['design.minimum_distance'],
    optional: true,
  },
  'form.version': { kind: 'whole', least: 1, most: choices.most['form.version'] },
  'form.fields.name': text,
  'form.fields.kind': listed('form.fields.kind'),
  'form.fields.required': flag,
  'form.fields.minimum': { kind: 'whole' },
  'form.fields.maximum': { kind: 'whole' },
  'form.fields.when.at_least': { kind: 'whole', least: 1, most: 4 },
  'display.tables': { kind: 'several', of: (document) => organOf(document).tables },
  'display.default_table': { kind: 'choice', of: (document) => organOf(document).tables },
  'display.show_difference': flag,
  'display.show_sums': flag,
  'display.sums_when_complete': flag,
  'display.click_scores': flag,
  'display.show_time': flag,
  'display.cine': { kind: 'several', of: (document) => organOf(document).cine },
  'display.default_layout': { kind: 'choice', of: layoutsOf, optional: true },
  'conduct.daily_cap': { kind: 'whole', least: 1, most: choices.most['conduct.daily_cap'], optional: true },
  'conduct.utc_offset': { kind: 'text', optional: true },
  'conduct.break_after_minutes': { kind: 'whole', least: 5, most: 480, optional: true },
  'conduct.ask_recall': flag,
  'conduct.ask_arm': flag,
  'qualification.training_cases': { kind: 'whole', least: 0, most: 1000 },
  'qualification.test_cases': { kind: 'whole', least: 1, most: 1000 },
  'qualification.threshold.measure': listed('qualification.threshold.measure'),
  'qualification.threshold.at_least': { kind: 'amount', least: 0, most: 1, step: 0.01 },
  'qualification.attempts': { kind: 'whole', least: 1, most: 10 },
  'qualification.valid_days': {
    kind: 'whole',
    least: 1,
    most: choices.most['qualification.valid_days'],
    optional: true,
  },
  'adjudication.when.segment_difference': { kind: 'whole', least: 1, most: 4, optional: true },
  'adjudication.when.summed_difference': { kind: 'whole', least: 1, optional: true },
  'adjudication.when.category_field': {
    kind: 'choice',
    of: (document) => questionsOf(document, 'choice'),
    optional: true,
  },
  'adjudication.decoy_fraction': { kind: 'amount', least: 0, most: 1, step: 0.05 },
  'adjudication.mode': listed('adjudication.mode'),
  'adjudication.panel_size': { kind: 'whole', least: 2, most: 9 },
  'adjudication.result': listed('adjudication.result'),
  'reference.rule': listed('reference.rule'),
  multiplicity: listed('multiplicity'),
  'endpoints.name': text,
  'endpoints.role': listed('endpoints.role'),
  'endpoints.measure': listed('endpoints.measure'),
  'endpoints.against': { kind: 'choice', of: readingsOf, optional: true },
  'endpoints.test': listed('endpoints.test'),
  'endpoints.margin': { kind: 'amount', least: 0, most: choices.most['endpoints.margin'] },
  'endpoints.alpha': { kind: 'amount', least: 0, most: 0.5, step: 0.005 },
  'margins.score': { kind: 'amount', least: 0, most: choices.most['margins.score'] },
  'margins.uptake': { kind: 'amount', least: 0, most: choices.most['margins.uptake'] },
  'intake.quarantine_days': { kind: 'whole', least: 1, most: 365 },
  'intake.also': { kind: 'several', of: () => choices['intake.also'] },
};

export const DRIFT = choices['conduct.drift_visible_to'];
