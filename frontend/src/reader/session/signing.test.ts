import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Read } from '../api';
import { READ } from '../ledger/forms.testing';
import { found } from './signing';

const SHOWN = 'what is on the screen';
const WAITING = { study: 's', reason: 'daily_cap', session: 1, until: '2026-11-22T15:00:00Z' };
const signature = (content_sha256: string) => ({
  full_name: 'Reader',
  signed_at: '2026-11-21T12:00:00Z',
  meaning: 'authored',
  content_sha256,
});

let there: Partial<Read>;
beforeEach(() => {
  const signed = [{ token: READ.token }];
  const studies = [{ signed, next: null, upcoming: [], waiting: WAITING }];
  vi.stubGlobal('document', { cookie: '' });
  vi.stubGlobal('fetch', async (url: string) =>
    Response.json(url.endsWith('/worklist') ? { studies, break_due: true } : { ...READ, ...there }),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('A signature that arrived is found, whatever its answer was', async () => {
  there = { state: 'signed', draft: null, signature: signature(SHOWN) };
  expect(await found(READ, SHOWN)).toEqual({
    kind: 'signed',
    signed: {
      signature: there.signature,
      next: null,
      upcoming: [],
      more: false,
      waiting: WAITING,
      break_due: true,
    },
  });
});

it('So is that of a step, where the next one is open already', async () => {
  there = { step: { number: 2 }, step_before: signature(SHOWN) };
  expect(await found(READ, SHOWN)).toMatchObject({
    kind: 'signed',
    signed: { signature: there.step_before, more: true },
  });
});

it('What was signed is told apart from what is shown, and a step further on from the next', async () => {
  there = { step: { number: 2 }, step_before: signature('something else') };
  expect(await found(READ, SHOWN)).toEqual({ kind: 'elsewhere' });
  there = { step: { number: 3 }, step_before: signature(SHOWN) };
  expect(await found(READ, SHOWN)).toEqual({ kind: 'elsewhere' });
  there = {};
  expect(await found(READ, SHOWN)).toEqual({ kind: 'open' });
});
