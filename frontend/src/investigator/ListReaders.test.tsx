// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Study } from '../shared/api/types';
import { setLanguage } from '../shared/i18n';
import { StudyContext } from '../shared/study';
import { ListReaders } from './ListReaders';

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

const person = (full_name: string, more: object) => ({
  full_name,
  email: `${full_name}@example.org`,
  ...more,
});

it('says for whom a list is made, and who was invited and would be left out', () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(
    ['members', 'study'],
    [person('Ada', { role: 'reader' }), person('Ida', { role: 'investigator' })],
  );
  client.setQueryData(
    ['invitations', 'study'],
    [
      person('Ada', { role: 'reader', state: 'expired' }),
      person('Ben', { role: 'reader', state: 'waiting' }),
      person('Cem', { role: 'reader', state: 'withdrawn' }),
      person('Dan', { role: 'monitor', state: 'waiting' }),
    ],
  );
  act(() =>
    root.render(
      <QueryClientProvider client={client}>
        <StudyContext.Provider value={{ id: 'study' } as unknown as Study}>
          <ListReaders />
        </StudyContext.Provider>
      </QueryClientProvider>,
    ),
  );
  expect(host.textContent).toContain('Readers (1): Ada.');
  expect(host.textContent).toContain('not accepted yet: Ben.');
});
