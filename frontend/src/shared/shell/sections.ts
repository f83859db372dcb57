import type { Role } from '../api/types';

/** The pages of a study, by the last part of their address; '' is the overview. */
export const SECTIONS = [
  '',
  'upload',
  'quality',
  'quarantine',
  'cases',
  'queries',
  'translations',
  'people',
  'qualification',
  'allocation',
  'progress',
  'report',
  'unblinding',
  'replays',
  'journal',
  'protocol',
] as const;

export type Section = (typeof SECTIONS)[number];

const OPEN_TO: Record<Section, readonly Role[]> = {
  '': ['investigator', 'monitor'],
  upload: ['coordinator'],
  quarantine: ['coordinator', 'quality', 'investigator', 'monitor'],
  quality: ['quality'],
  queries: ['coordinator', 'quality', 'investigator', 'monitor'],
  cases: ['coordinator', 'quality', 'investigator', 'monitor'],
  translations: ['coordinator', 'quality', 'investigator', 'monitor'],
  people: ['investigator', 'monitor'],
  qualification: ['investigator', 'monitor'],
  allocation: ['investigator', 'monitor'],
  progress: ['investigator', 'monitor'],
  report: ['investigator', 'monitor', 'statistician'],
  unblinding: ['investigator', 'monitor', 'statistician'],
  replays: ['investigator'],
  journal: ['investigator', 'monitor'],
  protocol: ['investigator', 'monitor'],
};

/** What a person with these roles is offered. The server decides; this only spares them closed doors. */
export function sectionsFor(roles: readonly Role[]): Section[] {
  return SECTIONS.filter((section) => OPEN_TO[section].some((role) => roles.includes(role)));
}
