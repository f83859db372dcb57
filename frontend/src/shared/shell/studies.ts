import type { Membership, Role, Session } from '../api/types';
import { sectionsFor } from './sections';

export interface StudyRoles {
  study: Membership['study'];
  roles: Role[];
}

/** One entry a study, with every role the person holds in it, in the server's order. */
export function studiesOf(session: Session): StudyRoles[] {
  const byId = new Map<string, StudyRoles>();
  for (const { study, role } of session.memberships) {
    const known = byId.get(study.id);
    if (!known) byId.set(study.id, { study, roles: [role] });
    else if (!known.roles.includes(role)) known.roles.push(role);
  }
  return [...byId.values()];
}

/** The first page of a study that somebody with these roles is offered. */
export function homeOfStudy(id: string, roles: readonly Role[]): string {
  if (roles.includes('reader') || roles.includes('adjudicator')) return '/reading';
  const first = sectionsFor(roles)[0];
  return first ? `/studies/${id}/${first}` : `/studies/${id}`;
}
