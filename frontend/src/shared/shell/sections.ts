import type { Role } from '../api/types';

/** The pages of a study, by the last part of their address; '' is the overview. */
export const SECTIONS = [
  '',
  'upload',
  'quarantine',
  'cases',
  'translations',
  'people',
  'allocation',
  'progress',
  'report',
  'journal',
  'protocol',
] as const;

export type Section = (typeof SECTIONS)[number];

const OPEN_TO: Record<Section, readonly Role[]> = {
  '': ['investigator', 'monitor'],
  upload: ['coordinator'],
  quarantine: ['coordinator', 'investigator', 'monitor'],
  cases: ['coordinator', 'investigator', 'monitor'],
  translations: ['coordinator', 'investigator', 'monitor'],
  people: ['investigator', 'monitor'],
  allocation: ['investigator', 'monitor'],
  progress: ['investigator', 'monitor'],
  report: ['investigator', 'monitor'],
  journal: ['investigator', 'monitor'],
  protocol: ['investigator', 'monitor'],
};

/** What a person with these roles is offered. The server decides; this only spares them closed doors. */
export function sectionsFor(roles: readonly Role[]): Section[] {
  return SECTIONS.filter((section) => OPEN_TO[section].some((role) => roles.includes(role)));
}
