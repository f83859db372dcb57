import { describe, expect, it } from 'vitest';
import type { Due, Membership, Role, Session } from '../shared/api/types';
import { byStudy, elsewhere, withoutRole } from './byStudy';

const membership = (id: string, role: Role): Membership => ({
  study: { id, title: `Study ${id}`, state: 'open', simulated: true },
  role,
  site: null,
});
const session = (...memberships: Membership[]): Session => ({
  user: { id: 'u', email: 'u@example.org', full_name: 'U', language: 'en', is_staff: false, reminders: true },
  memberships,
});
const due = (id: string, kind: Due['kind'], link: string): Due => ({
  study: { id, title: 'For readers' },
  kind,
  count: 2,
  link,
});

describe('what is due in each study', () => {
  it('puts the studies with work first and leaves none out', () => {
    const person = session(membership('s', 'monitor'), membership('t', 'investigator'));
    const quality = due('t', 'quality', '/studies/t/cases');
    expect(byStudy(person, [quality]).map(({ study, items }) => [study.id, items])).toEqual([
      ['t', [quality]],
      ['s', []],
    ]);
  });

  it('names a study once for somebody with two roles in it', () => {
    const person = session(membership('s', 'monitor'), membership('s', 'investigator'));
    expect(byStudy(person, [])).toMatchObject([{ roles: ['monitor', 'investigator'], items: [] }]);
  });

  it('does not count for a study in which the person has no role any more', () => {
    expect(byStudy(session(membership('s', 'monitor')), [due('t', 'quality', '/x')])).toMatchObject([
      { study: { id: 's' }, items: [] },
    ]);
  });
});

describe('what an administrator is asked', () => {
  it('is shown apart where the person has no role in the study', () => {
    const asked = [due('s', 'unblinding', '/unblinding'), due('t', 'unblinding', '/unblinding')];
    expect(withoutRole(session(membership('s', 'monitor')), asked)).toEqual([asked[1]]);
  });

  it("is nothing else of a study that is not the person's any more", () => {
    expect(withoutRole(session(), [due('t', 'quality', '/x')])).toEqual([]);
  });
});

describe('on the worklist', () => {
  it('own reads are not announced a second time', () => {
    const answer = due('t', 'quarantine', '/studies/t/quarantine');
    expect(elsewhere([due('s', 'reads', '/reading'), answer])).toEqual([answer]);
  });
});
