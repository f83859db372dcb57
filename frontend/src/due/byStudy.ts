import type { Due, Session } from '../shared/api/types';
import { type StudyRoles, studiesOf } from '../shared/shell/studies';

export interface StudyDue extends StudyRoles {
  items: Due[];
}

/** Every study of a person with what waits in it: those with work first, otherwise in the order of the session. */
export function byStudy(session: Session, due: readonly Due[]): StudyDue[] {
  const all = studiesOf(session).map((entry) => ({
    ...entry,
    items: due.filter(({ study }) => study.id === entry.study.id),
  }));
  return [...all.filter(({ items }) => items.length > 0), ...all.filter(({ items }) => items.length === 0)];
}

/** What an administrator is asked as the second person, in studies that have given them no role. */
export function withoutRole(session: Session, due: readonly Due[]): Due[] {
  const known = new Set(session.memberships.map(({ study }) => study.id));
  return due.filter(({ study, kind }) => kind === 'unblinding' && !known.has(study.id));
}

/** What a reader's worklist does not show by itself: work that is done on other pages. */
export function elsewhere(due: readonly Due[]): Due[] {
  return due.filter(({ link }) => link !== '/reading');
}
