import type { Member, Role, Study } from '../../shared/api/types';

type Stage = Pick<Study, 'state' | 'takes_readers'>;

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

/** The roles into which somebody can still be invited. */
export function rolesOpen({ state, takes_readers }: Stage): readonly Role[] {
  if (state === 'locked' || state === 'unblinded') return AFTER_THE_LOCK;
  return takes_readers ? ROLES : ROLES.filter((role) => role !== 'reader');
}

/** A study is never without an investigator. */
export function isLastInvestigator(members: readonly Member[], member: Member): boolean {
  return member.role === 'investigator' && members.filter(({ role }) => role === 'investigator').length === 1;
}

export type Consequence =
  | 'now'
  | 'self'
  | 'reads'
  | 'site'
  | 'stays'
  | 'neverReads'
  | 'neverSees'
  | 'back'
  | 'gone';

/** What follows when a role ends, in the order in which it is said. */
export function consequences(
  member: Member,
  members: readonly Member[],
  study: Stage,
  ownEmail: string,
): Consequence[] {
  const { role } = member;
  const { state } = study;
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
    [rolesOpen(study).includes(role) ? 'back' : 'gone', true],
  ];
  return found.filter(([, follows]) => follows).map(([name]) => name);
}
