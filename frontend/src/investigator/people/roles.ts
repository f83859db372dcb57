import type { Member, Role, StudyState } from '../../shared/api/types';

export const ROLES: readonly Role[] = [
  'coordinator',
  'quality',
  'reader',
  'adjudicator',
  'investigator',
  'monitor',
  'statistician',
];

const BLIND: readonly Role[] = ['reader', 'adjudicator'];
/** Once reading is over, the others have nothing to do any more. */
const AFTER_THE_LOCK: readonly Role[] = ['investigator', 'monitor', 'statistician'];

/** The roles into which somebody can still be invited; the server knows more (whether reads are allocated). */
export function rolesOpen(state: StudyState): readonly Role[] {
  if (state === 'locked' || state === 'unblinded') return AFTER_THE_LOCK;
  return state === 'open' ? ROLES.filter((role) => role !== 'reader') : ROLES;
}

/** A study is never without an investigator. */
export function isLastInvestigator(members: readonly Member[], member: Member): boolean {
  return member.role === 'investigator' && members.filter(({ role }) => role === 'investigator').length === 1;
}

export type Consequence = 'now' | 'self' | 'reads' | 'site' | 'stays' | 'neverReads' | 'neverSees' | 'back';

/** What follows when a role ends, in the order in which it is said. */
export function consequences(
  member: Member,
  members: readonly Member[],
  state: StudyState,
  ownEmail: string,
): Consequence[] {
  const { role } = member;
  const reading = state !== 'locked' && state !== 'unblinded';
  const others = members.filter(({ id }) => id !== member.id);
  const left = others.some((other) => other.role === 'coordinator' && other.site?.id === member.site?.id);
  const blind = BLIND.includes(role);
  const found: [Consequence, boolean][] = [
    ['now', true],
    ['self', member.email === ownEmail],
    ['reads', blind && reading],
    ['site', role === 'coordinator' && !left && reading],
    ['stays', true],
    ['neverReads', !blind && role !== 'statistician' && reading],
    ['neverSees', blind && state !== 'unblinded'],
    ['back', true],
  ];
  return found.filter(([, follows]) => follows).map(([name]) => name);
}
