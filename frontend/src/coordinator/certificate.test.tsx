// @vitest-environment jsdom
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Study, UploadSummary } from '../shared/api/types';
import { setLanguage } from '../shared/i18n';
import { StudyContext } from '../shared/study';
import { Certificate } from './Certificate';
import { UploadsBefore } from './UploadsBefore';

let root: Root;
let host: HTMLDivElement;

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

function links(shown: ReactNode): (string | null)[] {
  const study = { id: 'study', roles: ['coordinator'] } as unknown as Study;
  act(() => root.render(<StudyContext.Provider value={study}>{shown}</StudyContext.Provider>));
  return [...host.querySelectorAll('a')].map((link) => link.getAttribute('href'));
}

describe('where a certificate is found', () => {
  it('is on the page of its case, as pages and as data', () => {
    expect(links(<Certificate id="one" subject="A-0001" />)).toEqual([
      '/api/cases/one/certificate.pdf?language=en',
      '/api/cases/one/certificate?language=en',
    ]);
    expect(host.textContent).toContain('pseudonymised data');
  });

  it('is one step from every upload so far, by whatever door it came', () => {
    const upload = {
      id: 'up',
      created_at: '2026-01-01T00:00:00Z',
      state: 'done',
      door: 'stow',
      counts: { accepted: 14 },
      cases: Array.from({ length: 14 }, (_, n) => ({ id: `c${n}`, subject: `A-${n}` })),
    } as unknown as UploadSummary;
    const found = links(<UploadsBefore uploads={[upload]} error={null} />);
    expect(found).toHaveLength(13);
    expect(found[0]).toBe('/studies/study/cases/c0');
    expect(found.at(-1)).toBe('/studies/study/cases');
    expect(host.textContent).toContain('and 2 more cases');
  });
});
