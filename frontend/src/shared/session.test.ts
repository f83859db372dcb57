import { describe, expect, it } from 'vitest';
import type { Membership, Role, Session } from './api/types';
import { homeOf, studiesOf } from './session';
import { sectionsFor } from './shell/sections';

const membership = (id: string, role: Role): Membership => ({
  study: { id, title: id, state: 'open', simulated: true },
  role,
  site: null,
});
const session = (...memberships: Membership[]): Session => ({
  user: { id: 'u', email: 'u@example.org', full_name: 'U', language: 'en', is_staff: false },
  memberships,
});

describe('where work begins', () => {
  it('is the worklist for a reader, whatever else there is', () => {
    expect(homeOf(session(membership('s', 'coordinator'), membership('t', 'reader')))).toBe('/reading');
  });

  it('is the upload for the coordinator of one study', () => {
    expect(homeOf(session(membership('s', 'coordinator')))).toBe('/studies/s/upload');
  });

  it('is the overview for the investigator of one study', () => {
    expect(homeOf(session(membership('s', 'investigator')))).toBe('/studies/s');
  });

  it('is the list for who has several studies or none', () => {
    expect(homeOf(session())).toBe('/studies');
    expect(homeOf(session(membership('s', 'investigator'), membership('t', 'investigator')))).toBe(
      '/studies',
    );
  });
});

describe('a study', () => {
  it('is listed once with all its roles', () => {
    const both = studiesOf(session(membership('s', 'coordinator'), membership('s', 'investigator')));
    expect(both).toMatchObject([{ roles: ['coordinator', 'investigator'] }]);
  });

  it('offers a reader none of its pages', () => {
    expect(sectionsFor(['reader'])).toEqual([]);
  });

  it('offers a coordinator nothing about readers or arms', () => {
    expect(sectionsFor(['coordinator'])).toEqual(['upload', 'quarantine', 'cases', 'translations']);
  });
});
