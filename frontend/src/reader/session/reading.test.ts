import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { contentDigest } from '../ledger/content';
import { type Change, emptyDraft, marksOf } from '../ledger/events';
import { BRAIN, EMPTY_HEART, HEART, READ } from '../ledger/forms.testing';
import { resumed } from '../ledger/resume';
import { Server } from '../ledger/server.testing';
import { type LedgerStore, memoryLedger } from '../ledger/store';
import { type OpenRead, Reading } from './reading';

let server: Server;
let store: LedgerStore;
/** Without what says that the reader is there: every opening begins with it. */
const acts = () => server.events.filter((event) => event.kind !== 'view' || event.name !== 'attention');
const views = () => acts().filter(({ kind }) => kind === 'view');
const marks = (reading: Reading, state = 'stress') => marksOf(reading.snapshot().draft, state);

async function open(part: Partial<OpenRead> = {}, mayWrite = true): Promise<Reading> {
  const { lastSeq, lastHash } = await server.reached();
  const read = { ...READ, draft: server.draft, last_seq: lastSeq, last_hash: lastHash, ...part };
  const kept = await resumed(read, await store.load(READ.token), server.send);
  const reading = new Reading(read, store, kept, server);
  reading.drawn();
  if (mayWrite) reading.setWritable(true);
  return reading;
}

beforeEach(() => {
  server = new Server(HEART, READ.token);
  store = memoryLedger();
  vi.stubGlobal('document', { visibilityState: 'visible' });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function added(change: Change): void {
  const seq = server.events.length + 1;
  server.events.push({ ...change, id: `other ${seq}`, seq, elapsed_ms: 0, at: '' });
}

/** What another computer adds to the same read. */
function elsewhere(segment: number, value: number): void {
  added({ kind: 'score', state: 'stress', segment, value });
}

function lookedAtElsewhere(): void {
  added({ kind: 'view', name: 'attention', value: 'idle' });
}

it('Nothing is scored or signed before there is a picture', async () => {
  const reading = new Reading(READ, store, [], server);
  reading.setWritable(true);
  reading.score(2);
  reading.press({ state: 'rest', segment: 3 });
  reading.scoreAllNormal(['stress', 'rest']);
  expect([marks(reading), marks(reading, 'rest'), await reading.sealed()]).toEqual([
    Array(17).fill(null),
    Array(17).fill(null),
    null,
  ]);
  reading.drawn();
  reading.focus({ state: 'rest', segment: 3 });
  reading.score(2);
  expect(marks(reading, 'rest')[2]).toBe(2);
});

it('The record has the window under which a score was given, also of a reader who never pauses', async () => {
  const reading = await open();
  const { view } = reading.snapshot();
  reading.show({ ...view, windows: { ...view.windows, stress: { low: 0, high: 0.5 } } });
  for (let step = 0; step < 5; step++) {
    await vi.advanceTimersByTimeAsync(500);
    reading.score(2);
  }
  reading.show(view);
  await vi.advanceTimersByTimeAsync(5_000);
  await reading.retry();
  const told = acts().flatMap((event) => {
    if (event.kind === 'score') return ['score'];
    return event.name === 'window_stress' ? [`${event.name} ${event.value}`] : [];
  });
  expect(told).toEqual(['window_stress 0-50', ...Array(5).fill('score'), 'window_stress 0-100']);
});

describe('scoring', () => {
  it('goes from stress 1 to 17, then rest 1 to 17', async () => {
    const reading = await open();
    for (let step = 0; step < 17; step++) reading.score(0);
    expect(reading.snapshot().focus).toEqual({ state: 'rest', segment: 1 });
    for (let step = 0; step < 17; step++) reading.score(1);
    expect([marks(reading), marks(reading, 'rest')]).toEqual([Array(17).fill(0), Array(17).fill(1)]);
  });

  it('goes back after the last one to what was skipped, and scores nothing twice', async () => {
    const reading = await open();
    for (let segment = 1; segment <= 34; segment++) {
      if (segment === 5) reading.move(1);
      else reading.score(1);
    }
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 5 });
    reading.score(4);
    expect(marks(reading)).toEqual([1, 1, 1, 1, 4, ...Array(12).fill(1)]);
  });

  it('stays at the last one when nothing is blank, with the arrows too, and so does the first', async () => {
    const reading = await open();
    for (let segment = 1; segment <= 34; segment++) reading.score(1);
    expect(reading.snapshot().focus).toEqual({ state: 'rest', segment: 17 });
    reading.score(3);
    expect(marks(reading)[0]).toBe(1);
    reading.move(1);
    expect(reading.snapshot().focus).toEqual({ state: 'rest', segment: 17 });
    for (let step = 0; step < 34; step++) reading.move(-1);
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 1 });
  });

  it('clears step by step backwards, like a typist', async () => {
    const reading = await open();
    reading.score(2);
    reading.score(3);
    reading.clear();
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 2 });
    reading.clear();
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 1 });
    expect(reading.snapshot().draft).toEqual(EMPTY_HEART);
  });

  it('goes back to the segment that was undone', async () => {
    const reading = await open();
    reading.score(2);
    reading.score(3);
    reading.undo();
    expect(reading.snapshot().focus).toEqual({ state: 'stress', segment: 2 });
    reading.redo();
    expect(marks(reading).slice(0, 2)).toEqual([2, 3]);
  });

  it('records nothing when nothing changes', async () => {
    const reading = await open();
    reading.score(2);
    reading.focus({ state: 'stress', segment: 1 });
    reading.score(2);
    await reading.retry();
    expect(acts().length).toBe(1);
  });

  it('all normal is one act, and is recorded as such', async () => {
    const reading = await open();
    reading.score(3);
    reading.scoreAllNormal(['stress']);
    expect(marks(reading)).toEqual(Array(17).fill(0));
    await reading.retry();
    expect(server.events.at(-1)).toMatchObject({ kind: 'view', name: 'all_normal', value: 'stress' });
    reading.undo();
    expect(marks(reading).slice(0, 2)).toEqual([3, null]);
  });

  it('takes back in one what was written in one go, after a reload too', async () => {
    const first = await open();
    first.score(1);
    for (const words of ['inf', 'inferior', 'inferior defect']) first.setField('comment', words);
    first.undo();
    expect(first.snapshot().draft.fields).toEqual({});
    first.redo();
    await first.retry();
    first.close();
    const second = await open();
    expect(second.snapshot().draft.fields).toEqual({ comment: 'inferior defect' });
    second.undo();
    expect(second.snapshot().draft.fields).toEqual({});
    second.undo();
    expect(marks(second)[0]).toBe(null);
  });

  it('takes back one by one what was answered one after the other', async () => {
    const reading = await open();
    reading.setField('comment', 'a defect');
    reading.score(2);
    reading.setField('comment', 'a defect, reversible');
    reading.undo();
    expect(reading.snapshot().draft.fields).toEqual({ comment: 'a defect' });
    reading.undo();
    reading.undo();
    expect(reading.snapshot().draft).toEqual(EMPTY_HEART);
  });

  it('does nothing while another tab writes', async () => {
    const reading = await open();
    reading.setWritable(false);
    reading.score(3);
    reading.undo();
    expect(reading.snapshot().draft).toEqual(EMPTY_HEART);
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
    expect(marks(second).slice(0, 2)).toEqual([1, null]);
    await second.retry();
    expect(server.draft).toEqual(second.snapshot().draft);
  });

  it('does not undo what is signed', async () => {
    const first = await open();
    first.score(1);
    await first.retry();
    first.close();
    server.step = 2;
    const second = await open({ step: { number: 2 } });
    expect(second.snapshot().canUndo).toBe(false);
    second.score(2);
    second.undo();
    second.undo();
    expect(marks(second).slice(0, 2)).toEqual([1, null]);
  });

  it('does not undo what another computer did meanwhile', async () => {
    const first = await open();
    first.score(1);
    await first.retry();
    first.close();
    await first.retry();
    elsewhere(2, 4);
    const second = await open();
    expect(second.snapshot().canUndo).toBe(false);
    expect(marks(second).slice(0, 2)).toEqual([1, 4]);
  });

  it('does not do again what the server has, when only its answer was lost and the read went on elsewhere', async () => {
    const first = await open();
    server.losesAnswer = true;
    first.score(1);
    await first.retry();
    first.close();
    server.losesAnswer = false;
    elsewhere(1, 4);
    const second = await open();
    expect(marks(second)[0]).toBe(4);
    expect(await second.retry()).toBe(true);
    expect(marksOf(server.draft, 'stress')[0]).toBe(4);
  });

  it('adds how the pictures were looked at behind what another computer did, and asks nobody', async () => {
    const first = await open();
    await first.retry();
    server.reachable = false;
    first.show({ ...first.snapshot().view, table: 'gray' });
    first.part();
    await first.retry();
    elsewhere(1, 4);
    server.reachable = true;
    const second = await open();
    expect(await second.retry()).toBe(true);
    expect(acts().map(({ kind }) => kind)).toEqual(['score', 'view']);
  });

  it('drops what was never sent of a step that is signed', async () => {
    const first = await open();
    server.reachable = false;
    first.score(3);
    await first.retry();
    server.reachable = true;
    server.step = 2;
    const second = await open({ step: { number: 2 } });
    expect(marks(second)[0]).toBeNull();
  });
});

describe('the brain', () => {
  const brain = () => open({ form: BRAIN, draft: emptyDraft(BRAIN) });

  it('has its regions in pairs: on through the list, up and down on one side, across with the space bar', async () => {
    const reading = await brain();
    const at = () => BRAIN.regions[reading.snapshot().focus.segment - 1];
    reading.move(1);
    expect(at()).toBe('frontal_right');
    reading.moveAcross('down');
    expect(at()).toBe('parietal_right');
    reading.toggle();
    expect(at()).toBe('parietal_left');
    reading.moveAcross('up');
    reading.moveAcross('up');
    expect(at()).toBe('frontal_left');
    reading.move(-1);
    expect(at()).toBe('frontal_left');
  });

  it('has as many scores as regions', async () => {
    server = new Server(BRAIN, READ.token);
    const reading = await brain();
    for (let step = 0; step < 12; step++) reading.score(0);
    expect(marks(reading, 'perfusion')).toEqual(Array(12).fill(0));
    expect(reading.snapshot().focus).toEqual({ state: 'perfusion', segment: 12 });
  });
});

describe('a click that scores', () => {
  it('adds one, from blank to normal and from the highest to normal again', async () => {
    const reading = await open();
    const seen = Array.from({ length: 6 }, () => {
      reading.press({ state: 'rest', segment: 5 });
      return marks(reading, 'rest')[4];
    });
    expect(seen).toEqual([0, 1, 2, 3, 4, 0]);
    expect(reading.snapshot().focus).toEqual({ state: 'rest', segment: 5 });
  });
});

describe('the record of looking', () => {
  it('waits until the view settles, but loses nothing when the page goes away', async () => {
    const reading = await open();
    for (const table of ['gray', 'cool', 'gray'] as const)
      reading.show({ ...reading.snapshot().view, table });
    reading.part();
    await reading.retry();
    expect(views()).toEqual([expect.objectContaining({ name: 'table', value: 'gray' })]);
  });

  it('has every glance at gray, however short', async () => {
    const reading = await open();
    reading.show({ ...reading.snapshot().view, peek: true });
    reading.show({ ...reading.snapshot().view, peek: false });
    await reading.retry();
    expect(views().map(({ value }) => value)).toEqual(['on', 'off']);
  });

  it('has the first picture once, and attention from then on', async () => {
    const reading = await open();
    reading.input();
    expect(reading.activeMs).toBe(0);
    reading.shown();
    reading.shown();
    reading.visible(false);
    await reading.retry();
    expect(server.events.map((event) => ('name' in event ? [event.name, event.value] : []))).toEqual([
      ['shown', ''],
      ['attention', 'active'],
      ['attention', 'hidden'],
    ]);
  });
});

describe('a page that does not know yet whether another tab writes', () => {
  it('does nothing that would be numbered, and sends nothing', async () => {
    const reading = await open(undefined, false);
    reading.score(3);
    reading.show({ ...reading.snapshot().view, table: 'gray' });
    reading.part();
    reading.close();
    await reading.retry();
    expect([await store.load(READ.token), server.events]).toEqual([[], []]);
    expect(reading.snapshot().draft).toEqual(EMPTY_HEART);
  });
});

describe('a read that went on at another computer', () => {
  it('goes on by itself where only looking was added there, and can still be undone', async () => {
    const reading = await open();
    reading.score(1);
    await reading.retry();
    lookedAtElsewhere();
    reading.score(2);
    expect(await reading.retry()).toBe(true);
    lookedAtElsewhere();
    reading.undo();
    expect(await reading.retry()).toBe(true);
    expect(marksOf(server.draft, 'stress').slice(0, 3)).toEqual([1, null, null]);
    expect(server.draft).toEqual(reading.snapshot().draft);
    expect(acts().filter(({ kind }) => kind === 'score')).toHaveLength(3);
    expect(reading.snapshot().told).toBeNull();
  });

  it('begins its time and its look anew in the record, which had those of the other', async () => {
    const reading = await open();
    reading.shown();
    reading.show({ ...reading.snapshot().view, table: 'gray' });
    reading.score(1);
    await reading.retry();
    lookedAtElsewhere();
    reading.show({ ...reading.snapshot().view, interpolate: false });
    reading.score(2);
    expect(await reading.retry()).toBe(true);
    const there = server.events.findIndex(({ id }) => id.startsWith('other'));
    const [shown, ...behind] = server.events.slice(there + 1);
    expect(shown).toMatchObject({ name: 'shown' });
    const looks = behind.filter((event) => event.kind === 'view').map(({ name, value }) => [name, value]);
    expect(looks.filter(([name]) => name === 'table')).toEqual([['table', 'gray']]);
    expect(looks.filter(([name]) => name === 'interpolation').map(([, value]) => value)).toEqual([
      'on',
      'off',
    ]);
    expect(behind.at(-1)).toMatchObject({ kind: 'score', segment: 2 });
    expect(shown?.elapsed_ms).toBeLessThanOrEqual(behind.at(-1)?.elapsed_ms ?? 0);
    expect(reading.snapshot().save.kind).toBe('saved');
  });

  it('says then whether the reader is there, where nothing waits that does', async () => {
    const reading = await open();
    reading.shown();
    reading.visible(false);
    server.losesAnswer = true;
    await reading.retry();
    server.losesAnswer = false;
    lookedAtElsewhere();
    expect(await reading.retry()).toBe(true);
    const there = server.events.findIndex(({ id }) => id.startsWith('other'));
    expect(server.events.slice(there + 1, there + 3)).toMatchObject([
      { name: 'shown' },
      { name: 'attention', value: 'hidden' },
    ]);
  });

  it('shows what was scored there where only looking waits here, and says so', async () => {
    const reading = await open();
    reading.score(1);
    await reading.retry();
    elsewhere(2, 4);
    reading.note('lightbox', 'SA 3');
    expect(await reading.retry()).toBe(true);
    expect(marks(reading).slice(0, 2)).toEqual([1, 4]);
    expect(reading.snapshot()).toMatchObject({ told: { kind: 'elsewhere' }, canUndo: false });
    expect(reading.snapshot().focus.segment).toBe(3);
    expect(views().map(({ value }) => value)).toEqual(['SA 3']);
    reading.heard();
    expect(reading.snapshot().told).toBeNull();
  });

  it('asks the reader where scores were given in both places', async () => {
    const reading = await open();
    reading.score(1);
    await reading.retry();
    elsewhere(2, 4);
    reading.score(2);
    expect(await reading.retry()).toBe(false);
    expect(reading.snapshot().save).toMatchObject({ kind: 'conflict', why: 'sequence' });
    lookedAtElsewhere();
    const { lastSeq, lastHash } = await server.reached();
    const there = { ...READ, draft: server.draft, last_seq: lastSeq, last_hash: lastHash };
    lookedAtElsewhere();
    await reading.keepMine(there);
    expect(reading.snapshot().save.kind).toBe('saved');
    expect(marksOf(server.draft, 'stress').slice(0, 2)).toEqual([1, 2]);
  });

  it('asks also where scores of before the page was opened still wait', async () => {
    server.reachable = false;
    const first = await open();
    first.score(1);
    await first.retry();
    first.close();
    server.reachable = true;
    for (const value of [3, 4, 3, 4]) elsewhere(1, value);
    const second = await open();
    expect(await second.retry()).toBe(false);
    expect(second.snapshot().save).toMatchObject({ kind: 'conflict', why: 'sequence' });
    expect(marksOf(server.draft, 'stress')[0]).toBe(4);
  });

  it('waits where nobody can say what was added', async () => {
    const reading = await open();
    lookedAtElsewhere();
    reading.score(1);
    server.tells = false;
    expect(await reading.retry()).toBe(false);
    expect(reading.snapshot().save.kind).toBe('offline');
    server.tells = true;
    expect(await reading.retry()).toBe(true);
    expect(marksOf(server.draft, 'stress')[0]).toBe(1);
  });

  it('is not signed as something else than was looked at last', async () => {
    const reading = await open();
    for (let step = 0; step < 34; step++) reading.score(0);
    await reading.retry();
    lookedAtElsewhere();
    expect(await reading.sealed()).not.toBeNull();
    reading.unseal();
    elsewhere(2, 4);
    expect(await reading.sealed()).toBeNull();
    await reading.retry();
    expect(reading.snapshot().save.kind).toBe('saved');
    expect(await reading.sealed()).not.toBeNull();
  });
});

describe('after a conflict', () => {
  it('what was done here goes on top of what the server has, also where the server altered it', async () => {
    const reading = await open();
    reading.score(1);
    reading.score(2);
    await reading.retry();
    server.altered = (event) =>
      ({ ...event, value: event.kind === 'score' ? 4 : event.value }) as typeof event;
    reading.score(3);
    await reading.retry();
    expect(reading.snapshot().save).toMatchObject({ kind: 'conflict', why: 'chain' });
    expect(reading.conflictWith(server.draft)).toEqual([
      { change: { kind: 'score', state: 'stress', segment: 3, value: 3 }, other: 4 },
    ]);
    server.altered = (event) => event;
    const { lastSeq, lastHash } = await server.reached();
    await reading.keepMine({ ...READ, draft: server.draft, last_seq: lastSeq, last_hash: lastHash });
    expect(reading.snapshot().save.kind).toBe('saved');
    expect(marksOf(server.draft, 'stress').slice(0, 3)).toEqual([1, 2, 3]);
    expect(server.draft).toEqual(reading.snapshot().draft);
  });
});

describe('before signing', () => {
  it('everything is sent, and the digest is that of what the server has', async () => {
    const reading = await open();
    for (let step = 0; step < 34; step++) reading.score(step % 5);
    reading.show({ ...reading.snapshot().view, table: 'gray' });
    const sealed = await reading.sealed();
    expect(sealed?.last_seq).toBe(server.events.length);
    expect(views()).toContainEqual(expect.objectContaining({ name: 'table', value: 'gray' }));
    expect(sealed?.content_sha256).toBe(await contentDigest(server.draft, 1));
  });

  it('nothing is sent between what is signed and the answer to it', async () => {
    const reading = await open();
    reading.shown();
    reading.score(1);
    const sealing = reading.sealed();
    reading.note('lightbox', 'closed');
    const sealed = await sealing;
    reading.visible(false);
    await reading.retry();
    expect(server.events).toHaveLength(sealed?.last_seq ?? 0);
    reading.unseal();
    expect(await reading.retry()).toBe(true);
    expect(server.events.length).toBeGreaterThan(sealed?.last_seq ?? 0);
  });

  it('and after it nothing stays on this computer', async () => {
    const reading = await open();
    reading.score(1);
    await reading.sealed();
    await reading.forget();
    expect(await store.load(READ.token)).toEqual([]);
  });
});
