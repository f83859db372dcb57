import { beforeEach, describe, expect, it } from 'vitest';
import { contentDigest } from '../ledger/content';
import { EMPTY_DRAFT, folded, type ReadEvent } from '../ledger/events';
import { type LedgerStore, memoryLedger } from '../ledger/store';
import { type OpenRead, Reading } from './reading';

const read: OpenRead = {
  token: 'a-read',
  study: { title: 'Study', simulated: true },
  position: { session: 1, number: 1, of: 2 },
  state: 'open',
  form: { version: 1, segments: 17, states: ['stress', 'rest'], scores: [0, 1, 2, 3, 4], fields: [] },
  display: { tables: ['gray', 'cool'], default_table: 'cool', show_difference: true, show_sums: true },
  slots: [],
  last_seq: 0,
  draft: EMPTY_DRAFT,
  signature: null,
};

let taken: ReadEvent[];
let store: LedgerStore;
const serverDraft = () => folded(EMPTY_DRAFT, taken);

async function open(): Promise<Reading> {
  const now = { ...read, draft: serverDraft(), last_seq: taken.length };
  return new Reading(now, store, await store.load(read.token), async (_token, events) => {
    taken.push(...events.filter(({ seq }) => seq > taken.length));
    return { kind: 'accepted', lastSeq: taken.length };
  });
}

beforeEach(() => {
  taken = [];
  store = memoryLedger();
});

describe('scoring', () => {
  it('goes from stress 1 to 17, then rest 1 to 17', async () => {
    const reading = await open();
    for (let step = 0; step < 17; step++) reading.score(0);
    expect(reading.snapshot().focus).toEqual({ state: 'rest', segment: 1 });
    for (let step = 0; step < 17; step++) reading.score(1);
    const { stress, rest } = reading.snapshot().draft.scores;
    expect([stress, rest]).toEqual([Array(17).fill(0), Array(17).fill(1)]);
  });

  it('clears step by step backwards, like a typist', async () => {
    const reading = await open();
    reading.score(2);
    reading.score(3);
    reading.clear();
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 2 });
    reading.clear();
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 1 });
    expect(reading.snapshot().draft).toEqual(EMPTY_DRAFT);
  });

  it('goes back to the segment that was undone', async () => {
    const reading = await open();
    reading.score(2);
    reading.score(3);
    reading.undo();
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 2 });
    reading.redo();
    expect(reading.snapshot().draft.scores.stress.slice(0, 2)).toEqual([2, 3]);
  });

  it('records nothing when nothing changes', async () => {
    const reading = await open();
    reading.score(2);
    reading.focus({ state: 'stress', segment: 1 });
    reading.score(2);
    await reading.retry();
    expect(taken.length).toBe(1);
  });

  it('all normal is one act, and is recorded as such', async () => {
    const reading = await open();
    reading.score(3);
    reading.scoreAllNormal(['stress']);
    expect(reading.snapshot().draft.scores.stress).toEqual(Array(17).fill(0));
    await reading.retry();
    expect(taken.at(-1)).toMatchObject({ kind: 'view', name: 'all_normal', value: 'stress' });
    reading.undo();
    expect(reading.snapshot().draft.scores.stress.slice(0, 2)).toEqual([3, null]);
  });

  it('does nothing while another tab writes', async () => {
    const reading = await open();
    reading.setWritable(false);
    reading.score(3);
    reading.undo();
    expect(reading.snapshot().draft).toEqual(EMPTY_DRAFT);
  });
});

describe('a reload', () => {
  it('goes on where the reader was, undo included', async () => {
    const first = await open();
    first.score(1);
    first.score(2);
    await first.retry();
    first.close();
    const second = await open();
    expect(second.snapshot().focus).toEqual({ state: 'stress', segment: 3 });
    second.undo();
    expect(second.snapshot().draft.scores.stress.slice(0, 2)).toEqual([1, null]);
    await second.retry();
    expect(serverDraft()).toEqual(second.snapshot().draft);
  });

  it('does not undo what another computer did meanwhile', async () => {
    const first = await open();
    first.score(1);
    await first.retry();
    first.close();
    taken.push({
      kind: 'score',
      state: 'stress',
      segment: 2,
      value: 4,
      id: 'x',
      seq: 2,
      elapsed_ms: 0,
      at: '',
    });
    const second = await open();
    expect(second.snapshot().canUndo).toBe(false);
    expect(second.snapshot().draft.scores.stress.slice(0, 2)).toEqual([1, 4]);
  });
});

describe('before signing', () => {
  it('everything is sent, and the digest is that of what the server has', async () => {
    const reading = await open();
    for (let step = 0; step < 34; step++) reading.score(step % 5);
    reading.show({ ...reading.snapshot().view, table: 'gray' });
    const sealed = await reading.sealed();
    expect(sealed?.last_seq).toBe(taken.length);
    expect(taken.at(-1)).toMatchObject({ kind: 'view', name: 'table', value: 'gray' });
    expect(sealed?.content_sha256).toBe(await contentDigest(serverDraft(), 1));
  });

  it('and after it nothing stays on this computer', async () => {
    const reading = await open();
    reading.score(1);
    await reading.sealed();
    await reading.forget();
    expect(await store.load(read.token)).toEqual([]);
  });
});
