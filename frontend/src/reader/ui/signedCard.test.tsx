// @vitest-environment jsdom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { READ } from '../ledger/forms.testing';
import { SignedCard } from './SignedCard';

const SIGNED = { ...READ, state: 'signed', draft: null } as const;
const other = { signed: [{ token: 'another-read' }], next: 'of-another-study', waiting: null };

let host: HTMLElement;
let root: Root;
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

/** The card of a read that was signed before it was opened, with what the reading list says. */
async function reopened(worklist: () => Response): Promise<void> {
  vi.stubGlobal('fetch', async () => worklist());
  await act(async () => root.render(<SignedCard read={SIGNED} signed={null} onAgain={() => {}} />));
}

const listed = (next: string | null, waiting: object | null = null) =>
  Response.json({ studies: [other, { signed: [{ token: READ.token }], next, waiting }] });

it('leads on to the next read of its study, which has the focus', async () => {
  await reopened(() => listed('the-next-read'));
  const onward = await vi.waitFor(() => host.querySelector('[data-testid=next-case]') as HTMLElement);
  expect(onward.getAttribute('href')).toBe('/reading/the-next-read');
  expect(document.activeElement).toBe(onward);
});

it('takes no Enter that was meant for the signature', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  await reopened(() => listed('the-next-read'));
  const onward = await vi.waitFor(() => host.querySelector('[data-testid=next-case]') as HTMLElement);
  const enter = (repeat: boolean) =>
    onward.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', repeat, bubbles: true, cancelable: true }),
    );
  clock.mockReturnValue(1_200);
  expect(enter(false)).toBe(false);
  clock.mockReturnValue(2_000);
  expect([enter(true), enter(false)]).toEqual([false, true]);
  clock.mockRestore();
});

it('says why there is none', async () => {
  await reopened(() => listed(null));
  expect(host.querySelector('[data-testid=waiting]')?.textContent).toBe(
    'No further read is open to you now.',
  );
  expect(host.querySelector('[data-testid=next-case]')).toBeNull();
});

it('is there without an answer of the reading list, too, and shows neither scores nor sums', async () => {
  await reopened(() => Response.json({ code: 'failed', message: 'No.' }, { status: 500 }));
  expect(host.textContent).toContain('Its pictures, scores and sums are not shown again');
  expect(host.querySelector('.reader-sums, [data-testid=waiting]')).toBeNull();
});
