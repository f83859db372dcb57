// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Companion, Study } from '../shared/api/types';
import { setLanguage } from '../shared/i18n';
import { StudyContext } from '../shared/study';
import { Companions } from './Companions';

const CASE = '7b1c3a52-0000-4000-8000-000000000001';
const CINE = '7b1c3a52-0000-4000-8000-000000000002';
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
  vi.unstubAllGlobals();
});

const beat: Companion = {
  kind: 'gated_spect',
  state: 'stress',
  files: 1,
  expected: 1,
  cine: { id: CINE, kind: 'gated', status: 'failed', frames: null },
  message: 'A beat must have 4 to 32 frames.',
};

async function shown(companions: Companion[], role = 'coordinator') {
  const fetched = vi.fn(async (_input: unknown, init?: RequestInit) => {
    const sent = (init?.method ?? 'GET') !== 'GET';
    return new Response(sent ? null : JSON.stringify(companions), {
      status: sent ? 202 : 200,
      headers: { 'Content-Type': 'application/json' },
    });
  });
  vi.stubGlobal('fetch', fetched);
  const study = { id: 'study', roles: [role] } as unknown as Study;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await act(async () =>
    root.render(
      <QueryClientProvider client={client}>
        <StudyContext.Provider value={study}>
          <Companions caseId={CASE} />
        </StudyContext.Provider>
      </QueryClientProvider>,
    ),
  );
  await vi.waitFor(() => expect(client.getQueryCache().getAll()[0]?.state.status).toBe('success'));
  // The answer reaches the page in a task of its own; before it there is nothing to press, and nothing to miss.
  await act(() => new Promise((done) => setTimeout(done)));
  return fetched;
}

describe('what came with the images of a case', () => {
  it('is named with its state and says what became of it', async () => {
    await shown([
      beat,
      { ...beat, kind: 'ct', state: '', files: 3, expected: 40, cine: null, message: 'Kept.' },
    ]);
    const cells = [...host.querySelectorAll('tbody tr')].map((row) => row.textContent);
    expect(cells[0]).toContain('Gated SPECT · Stress');
    expect(cells[0]).toContain('A beat must have 4 to 32 frames.');
    expect(cells[1]).toBe('CT3 of 40 Kept.');
  });

  it('is not spoken of where nothing came', async () => {
    await shown([]);
    expect(host.textContent).toBe('');
  });

  it('can be prepared again by who decides about images', async () => {
    const fetched = await shown([beat]);
    await act(async () => host.querySelector('button')?.click());
    await vi.waitFor(() => {
      const sent = fetched.mock.calls.find(([, init]) => init?.method === 'POST');
      expect(String(sent?.[0])).toContain(`/api/cines/${CINE}/derivation`);
    });
  });

  it('is only read by a monitor', async () => {
    await shown([beat], 'monitor');
    expect(host.querySelector('button')).toBeNull();
  });
});
