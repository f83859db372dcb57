import { beforeEach, describe, expect, it } from 'vitest';
import type { Asking, Read, Worklist } from '../api';
import { READ } from '../ledger/forms.testing';
import type { Pictures } from './pictures';
import { Ahead, type Source } from './prefetch';

const NOTHING: Pictures = { volumes: {}, polars: {}, contours: {} };
const slot = {
  set: 1,
  state: 'stress',
  dims: [1, 1, 1],
  spacing_mm: 2,
  full_scale: 1,
  lv: null,
  polar: null,
};
const slots = [{ ...slot, contour: false }] as Read['slots'];

let asked: string[];
let asking: Asking[];
let upcoming: string[];
let state: Read['state'];
let gate: Promise<void>;

const source: Source = {
  worklist: async (how) => {
    asking.push(how);
    const study = {
      id: 's',
      title: '',
      simulated: true,
      purpose: 'study' as const,
      attempt: 1,
      barred: false,
      ended: false,
      sessions: [],
      washout_days: 0,
      today: { signed: 0, cap: null, ends_at: '2026-11-22T00:00:00Z' },
      next_place: { session: 1, number: 1 },
      begun: true,
      waiting: null,
      amendments: [],
      signed: [],
    };
    const worklist: Worklist = {
      studies: [{ ...study, next: 'now', upcoming }],
      qualifications: [],
      display_check_due: false,
      break_due: false,
    };
    return worklist;
  },
  read: async (token, how) => {
    asked.push(`read ${token}`);
    asking.push(how);
    return { ...READ, token, state, step: { number: 1 }, draft: null, slots };
  },
  pictures: async ({ token }, how) => {
    asked.push(`pictures ${token}`);
    asking.push(how);
    await gate;
    how.signal?.throwIfAborted();
    return { ...NOTHING };
  },
};

beforeEach(() => {
  asked = [];
  asking = [];
  upcoming = ['next', 'after', 'later'];
  state = 'ahead';
  gate = Promise.resolve();
});

describe('what is fetched ahead', () => {
  it('is the pictures of the next two reads, one read after the other', async () => {
    const ahead = new Ahead(source);
    await ahead.follow('now');
    expect(asked).toEqual(['read next', 'pictures next', 'read after', 'pictures after']);
    expect(asking.every(({ stay }) => stay)).toBe(true);
    expect(ahead.take({ ...READ, token: 'next', slots })).toEqual(NOTHING);
    expect(ahead.take({ ...READ, token: 'next', slots })).toBeNull();
  });

  it('is not fetched twice, and what is no longer next is let go', async () => {
    const ahead = new Ahead(source);
    await ahead.follow('now');
    upcoming = ['after', 'later'];
    await ahead.follow('now');
    expect(asked.slice(4)).toEqual(['read later', 'pictures later']);
    expect(ahead.take({ ...READ, token: 'next', slots })).toBeNull();
    expect(ahead.take({ ...READ, token: 'after', slots })).not.toBeNull();
  });

  it('is nothing of a read whose turn it is already, and nothing of other pictures', async () => {
    const ahead = new Ahead(source);
    await ahead.follow('now');
    expect(ahead.take({ ...READ, token: 'next', slots: [] })).toBeNull();
    // The step before was signed at another computer: slots may be alike, pictures are not.
    expect(ahead.take({ ...READ, token: 'after', slots, step: { number: 2 } })).toBeNull();
    state = 'open';
    asked = [];
    const another = new Ahead(source);
    await another.follow('now');
    expect(asked).toEqual(['read next', 'read after']);
  });

  it('stops when the page is left, and keeps nothing', async () => {
    const ahead = new Ahead(source);
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const followed = ahead.follow('now');
    await Promise.resolve();
    ahead.drop();
    open();
    await followed;
    expect(asked).not.toContain('read after');
    expect(ahead.take({ ...READ, token: 'next', slots })).toBeNull();
  });

  it('is done without where the server does not answer', async () => {
    const ahead = new Ahead({ ...source, worklist: () => Promise.reject(new Error('offline')) });
    await expect(ahead.follow('now')).resolves.toBeUndefined();
  });
});
