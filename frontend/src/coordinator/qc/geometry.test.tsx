// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CaseImageDetail, Study } from '../../shared/api/types';
import { setLanguage } from '../../shared/i18n';
import { StudyContext } from '../../shared/study';
import { Geometry } from './Geometry';

let host: HTMLDivElement;
let root: Root;

beforeAll(async () => {
  await setLanguage('en');
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
});
beforeEach(() => {
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});
afterEach(async () => {
  act(() => root.unmount());
  document.body.replaceChildren();
  await setLanguage('en');
});

const SENTENCE = 'The first slices show the closed apex, the last ones the open base.';

function shown(standing: Pick<CaseImageDetail, 'geometry' | 'qc'>): HTMLDivElement {
  const image = { id: 'one', to_look_at: [SENTENCE], ...standing } as CaseImageDetail;
  const study = { id: 'study', roles: ['coordinator'] } as unknown as Study;
  act(() =>
    root.render(
      <QueryClientProvider client={new QueryClient()}>
        <StudyContext.Provider value={study}>
          <Geometry image={image} />
        </StudyContext.Provider>
      </QueryClientProvider>,
    ),
  );
  return host;
}

const tick = () => host.querySelector<HTMLInputElement>('input[type=checkbox]');

describe('what the file does not prove', () => {
  it('is asked of a person, who is told what to look at', () => {
    const text = shown({ geometry: 'unconfirmed', qc: 'pending' }).textContent;
    expect(text).toContain('The file does not prove it');
    expect(text).toContain(SENTENCE);
    expect(text).toContain('reject the image with this as the reason, and ask the site to export it again');
    expect(tick()?.checked).toBe(false);
    expect(tick()?.disabled).toBe(false);
  });

  it('stays confirmed, and cannot be taken back from an accepted image', () => {
    shown({ geometry: 'confirmed', qc: 'pending' });
    expect([tick()?.checked, tick()?.disabled]).toEqual([true, false]);
    shown({ geometry: 'confirmed', qc: 'accepted' });
    expect([tick()?.checked, tick()?.disabled]).toEqual([true, true]);
  });

  it('is asked in Japanese', async () => {
    await setLanguage('ja');
    expect(shown({ geometry: 'unconfirmed', qc: 'pending' }).textContent).toContain(
      '解剖学的構造と照らし合わせ、記載のとおりの向きであることを確認しました',
    );
  });
});
