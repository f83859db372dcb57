import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { ask } from './api/client';
import type { Membership, Role, Session } from './api/types';
import { setLanguage } from './i18n';
import { sectionsFor } from './shell/sections';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('A page was drawn before the session was known.');
  return session;
}

export function useSessionQuery() {
  return useQuery({
    queryKey: ['session'],
    queryFn: async ({ signal }) => {
      const session = await ask('/api/session', {}, { signal });
      await setLanguage(session.user.language);
      return session;
    },
    staleTime: 60_000,
  });
}

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
  if (roles.includes('reader')) return '/reading';
  const first = sectionsFor(roles)[0];
  return first ? `/studies/${id}/${first}` : `/studies/${id}`;
}

/** Where a person's work begins: the same address for everybody who holds the same roles. */
export function homeOf(session: Session): string {
  const studies = studiesOf(session);
  if (studies.some(({ roles }) => roles.includes('reader'))) return '/reading';
  const only = studies.length === 1 ? studies[0] : undefined;
  return only ? homeOfStudy(only.study.id, only.roles) : '/studies';
}
