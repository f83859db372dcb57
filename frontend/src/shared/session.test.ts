import { describe, expect, it } from 'vitest';
import type { Membership, Role, Session } from './api/types';
import { homeOf } from './session';
import { sectionsFor } from './shell/sections';
import { homeOfStudy, studiesOf } from './shell/studies';

const membership = (id: string, role: Role): Membership => ({
  study: { id, title: id, state: 'open', simulated: true },
  role,
  site: null,
});
const session = (...memberships: Membership[]): Session => ({
  user: { id: 'u', email: 'u@example.org', full_name: 'U', language: 'en', is_staff: false, reminders: true },
  memberships,
});

describe('where work begins', () => {
  it('is the worklist for a reader, whatever else there is', () => {
    expect(homeOf(session(membership('s', 'coordinator'), membership('t', 'reader')))).toBe('/reading');
  });

  it('is what is due for who does other work, in one study or in several', () => {
    expect(homeOf(session(membership('s', 'coordinator')))).toBe('/due');
    expect(homeOf(session(membership('s', 'monitor'), membership('t', 'investigator')))).toBe('/due');
  });

  it('is the list of studies for who has no role yet', () => {
    expect(homeOf(session())).toBe('/studies');
  });
});

describe('a study', () => {
  it('is listed once with all its roles', () => {
    const both = studiesOf(session(membership('s', 'coordinator'), membership('s', 'investigator')));
    expect(both).toMatchObject([{ roles: ['coordinator', 'investigator'] }]);
  });

  it('begins with the first page that the role is offered', () => {
    expect(homeOfStudy('s', ['coordinator'])).toBe('/studies/s/upload');
    expect(homeOfStudy('s', ['investigator'])).toBe('/studies/s');
    expect(homeOfStudy('s', ['reader'])).toBe('/reading');
  });

  it('offers a reader none of its pages', () => {
    expect(sectionsFor(['reader'])).toEqual([]);
  });

  it('offers a coordinator nothing about readers or arms', () => {
    expect(sectionsFor(['coordinator'])).toEqual([
      'upload',
      'quarantine',
      'cases',
      'queries',
      'translations',
    ]);
  });
});
