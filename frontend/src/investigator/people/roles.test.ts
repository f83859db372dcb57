import { describe, expect, it } from 'vitest';
import type { Member, Role } from '../../shared/api/types';
import { consequences, isLastInvestigator, rolesOpen } from './roles';

const member = (id: string, role: Role, site: string | null = null): Member => ({
  id,
  full_name: id,
  email: `${id}@example.org`,
  role,
  site: site === null ? null : { id: site, code: site, name: site },
  began_at: '2026-01-01T00:00:00Z',
});
const ME = 'me@example.org';
const DRAFT = { state: 'draft', takes_readers: true } as const;
const ALLOCATED = { state: 'frozen', takes_readers: false } as const;
const OPEN = { state: 'open', takes_readers: false } as const;
const LOCKED = { state: 'locked', takes_readers: false } as const;
const UNBLINDED = { state: 'unblinded', takes_readers: false } as const;

describe('who can still be invited', () => {
  it('is anybody before reading begins', () => {
    expect(rolesOpen(DRAFT)).toHaveLength(7);
    expect(rolesOpen({ state: 'frozen', takes_readers: true })).toContain('reader');
  });

  it('is no reader once the reads are allocated, and who looks at the results after the lock', () => {
    expect(rolesOpen(ALLOCATED)).not.toContain('reader');
    expect(rolesOpen(OPEN)).not.toContain('reader');
    expect(rolesOpen(LOCKED)).toEqual(['investigator', 'monitor', 'statistician']);
    expect(rolesOpen(UNBLINDED)).toEqual(['investigator', 'monitor', 'statistician']);
  });
});

describe('the last investigator', () => {
  it('cannot leave before another one is named', () => {
    const first = member('first', 'investigator');
    expect(isLastInvestigator([first, member('m', 'monitor')], first)).toBe(true);
    expect(isLastInvestigator([first, member('second', 'investigator')], first)).toBe(false);
  });
});

describe('what follows when a role ends', () => {
  it('of a reader: unsigned reads stay missing, and no other role until unblinding', () => {
    const reader = member('r', 'reader');
    expect(consequences(reader, [reader], OPEN, ME)).toEqual(['now', 'reads', 'stays', 'neverSees', 'gone']);
    expect(consequences(reader, [reader], UNBLINDED, ME)).toEqual(['now', 'stays', 'gone']);
  });

  it('of a reader: no way back once the reads are allocated', () => {
    const reader = member('r', 'reader');
    expect(consequences(reader, [reader], DRAFT, ME)).toContain('back');
    expect(consequences(reader, [reader], ALLOCATED, ME)).toContain('gone');
    const judge = member('a', 'adjudicator');
    expect(consequences(judge, [judge], ALLOCATED, ME)).toContain('back');
  });

  it('of the last coordinator of a site: nobody sends its images', () => {
    const one = member('one', 'coordinator', 'A');
    const elsewhere = member('two', 'coordinator', 'B');
    expect(consequences(one, [one, elsewhere], DRAFT, ME)).toContain('site');
    const beside = member('three', 'coordinator', 'A');
    expect(consequences(one, [one, elsewhere, beside], DRAFT, ME)).not.toContain('site');
    expect(consequences(one, [one], LOCKED, ME)).not.toContain('site');
  });

  it('of who has seen sites: no reading later; a statistician has seen nothing before the lock', () => {
    const monitor = member('m', 'monitor');
    expect(consequences(monitor, [monitor], OPEN, ME)).toContain('neverReads');
    const statistician = member('s', 'statistician');
    expect(consequences(statistician, [statistician], OPEN, ME)).not.toContain('neverReads');
  });

  it('of oneself: the page closes', () => {
    const me = member('me', 'investigator');
    expect(consequences(me, [me], DRAFT, ME)).toContain('self');
  });
});
