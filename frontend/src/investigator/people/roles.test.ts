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

describe('who can still be invited', () => {
  it('is anybody before reading begins', () => {
    expect(rolesOpen('draft')).toHaveLength(7);
    expect(rolesOpen('frozen')).toContain('reader');
  });

  it('is no reader once reading is open, and who looks at the results after the lock', () => {
    expect(rolesOpen('open')).not.toContain('reader');
    expect(rolesOpen('locked')).toEqual(['investigator', 'monitor', 'statistician']);
    expect(rolesOpen('unblinded')).toEqual(['investigator', 'monitor', 'statistician']);
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
    expect(consequences(reader, [reader], 'open', ME)).toEqual([
      'now',
      'reads',
      'stays',
      'neverSees',
      'back',
    ]);
    expect(consequences(reader, [reader], 'unblinded', ME)).toEqual(['now', 'stays', 'back']);
  });

  it('of the last coordinator of a site: nobody sends its images', () => {
    const one = member('one', 'coordinator', 'A');
    const elsewhere = member('two', 'coordinator', 'B');
    expect(consequences(one, [one, elsewhere], 'draft', ME)).toContain('site');
    const beside = member('three', 'coordinator', 'A');
    expect(consequences(one, [one, elsewhere, beside], 'draft', ME)).not.toContain('site');
    expect(consequences(one, [one], 'locked', ME)).not.toContain('site');
  });

  it('of who has seen sites: no reading later; a statistician has seen nothing before the lock', () => {
    const monitor = member('m', 'monitor');
    expect(consequences(monitor, [monitor], 'open', ME)).toContain('neverReads');
    const statistician = member('s', 'statistician');
    expect(consequences(statistician, [statistician], 'open', ME)).not.toContain('neverReads');
  });

  it('of oneself: the page closes', () => {
    const me = member('me', 'investigator');
    expect(consequences(me, [me], 'draft', ME)).toContain('self');
  });
});
