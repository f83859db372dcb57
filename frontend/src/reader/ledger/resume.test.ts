import { beforeEach, expect, it } from 'vitest';
import { ApiError } from '../../shared/api';
import type { Entry } from './events';
import { EMPTY_HEART, HEART, READ } from './forms.testing';
import { EventQueue } from './queue';
import { leftOut, resumed } from './resume';
import type { Answer } from './sending';
import { Server } from './server.testing';
import { memoryLedger } from './store';

let server: Server;
beforeEach(() => {
  server = new Server(HEART, READ.token);
});

function done(seq: number, part: Partial<Entry> = {}): Entry {
  const at = '2026-11-21T12:00:00.000Z';
  return {
    token: READ.token,
    step: 1,
    seq,
    sent: false,
    act: `act ${seq}`,
    how: 'act',
    before: null,
    event: { id: `${seq}`, seq, kind: 'score', state: 'stress', segment: seq, value: 2, elapsed_ms: 1, at },
    ...part,
  };
}

async function opened(kept: readonly Entry[], step = 1): Promise<readonly Entry[]> {
  const { lastSeq, lastHash } = await server.reached();
  const { draft } = server;
  const place = { step: { ...READ.step, number: step }, last_seq: lastSeq, last_hash: lastHash };
  return resumed({ ...READ, ...place, draft }, kept, server.send);
}

it('Scores that wait go behind what another computer only looked at, and contradict what it scored', async () => {
  const here = [1, 2, 3, 4].map((seq) => done(seq, { sent: seq < 3 }));
  server.events = here.slice(0, 2).map(({ event }) => event);
  server.events.push({ id: 'a', seq: 3, kind: 'view', name: 'table', value: 'gray', elapsed_ms: 1, at: '' });
  const behind = await opened(here);
  expect(behind.map(({ seq, sent }) => [seq, sent])).toEqual([
    [4, false],
    [5, false],
  ]);
  expect(new Set(behind.map(({ event }) => event.id)).has('3')).toBe(false);
  server.events.push({ ...done(9).event, id: 'b', seq: 4 });
  expect((await opened(here)).map(({ seq }) => seq)).toEqual([3, 4]);
  // Of a read that began elsewhere nobody here knows what it said.
  expect((await opened(here.slice(1))).map(({ seq }) => seq)).toEqual([3, 4]);
});

it('What was kept before reads had steps belongs to the first', async () => {
  const old = [1, 2, 3].map((seq) => {
    const { step: _, ...entry } = done(seq);
    return entry as Entry;
  });
  expect(await opened(old)).toHaveLength(3);
  server.step = 2;
  expect(await opened(old, 2)).toEqual([]);
});

it('After a restore to before a signature, what was done in the next step is not put into the one before', async () => {
  server.events = [1, 2, 3].map((seq) => done(seq).event);
  const { lastSeq, lastHash } = await server.reached();
  const later = [4, 5].map((seq) => done(seq, { step: 2, sent: true, hash: 'lost with the backup' }));
  const kept = await opened(later);
  const queue = new EventQueue({
    token: READ.token,
    step: 1,
    store: memoryLedger(),
    send: server.send,
    kept,
    lastSeq,
    lastHash,
    changed: () => undefined,
    goneOn: async () => null,
    anew: () => null,
  });
  expect(await queue.flush()).toBe(true);
  expect(server.events).toHaveLength(3);
  const read = { ...READ, last_seq: lastSeq, last_hash: lastHash };
  expect((await leftOut(read, later)).map(({ seq, sent }) => [seq, sent])).toEqual([
    [-1, false],
    [-2, false],
  ]);
});

it('What waited here when a read was signed elsewhere does not slip into its amendment', async () => {
  server.events = [1, 2].map((seq) => done(seq).event);
  const { lastSeq, lastHash } = await server.reached();
  const read = {
    ...READ,
    amendment: { reason: 'r', version: 1, signed: EMPTY_HEART },
    last_seq: lastSeq,
    last_hash: lastHash,
  };
  const waiting = [done(1, { sent: true }), done(2, { sent: true }), done(3)];
  expect(await resumed(read, waiting, server.send)).toHaveLength(2);
  expect(await leftOut(read, waiting)).toHaveLength(1);
  const amending = [...waiting.slice(0, 2), done(3, { amends: 1 })];
  expect(await resumed(read, amending, server.send)).toHaveLength(3);
});

it('What only lost its answer is at the server, and not called lost when the next step is open', async () => {
  const waiting = [1, 2, 3].map((seq) => done(seq));
  server.events = waiting.slice(0, 2).map(({ event }) => event);
  const { lastSeq, lastHash } = await server.reached();
  const read = { ...READ, step: { number: 2 }, last_seq: lastSeq, last_hash: lastHash };
  expect((await leftOut(read, waiting)).map(({ event }) => event.seq)).toEqual([3]);
});

it('Where nobody says whether an act is there, it is not put on top of what came after it: the opening fails', async () => {
  const lost = done(2);
  const cleared = { kind: 'score', state: 'stress', segment: 2, value: null, elapsed_ms: 1, at: '' } as const;
  server.events = [done(1).event, lost.event, { ...cleared, id: 'elsewhere', seq: 3 }];
  const { lastSeq, lastHash } = await server.reached();
  const read = { ...READ, draft: server.draft, last_seq: lastSeq, last_hash: lastHash };
  const kept = [done(1, { sent: true }), lost];
  const opening = (answer: Answer) => resumed(read, kept, async () => answer);
  await expect(opening({ kind: 'unreachable' })).rejects.toMatchObject({ status: 0 });
  await expect(opening({ kind: 'signedOut' })).rejects.toMatchObject({ code: 'not_authenticated' });
  await expect(opening({ kind: 'signed' })).rejects.toBeInstanceOf(ApiError);
  await expect(opening({ kind: 'refused', message: 'Not now.' })).rejects.toThrow('Not now.');
  expect(await resumed(read, kept, server.send)).toEqual([]);
  expect(server.events).toHaveLength(3);
});

it('More than the server takes at once is asked about in parts', async () => {
  const looked = { kind: 'view', name: 'table', value: 'gray', elapsed_ms: 1, at: '' } as const;
  const here = Array.from({ length: 60 }, (_, index) =>
    done(index + 1, { event: { ...looked, id: `${index}`, seq: index + 1 } }),
  );
  server.events = here.map(({ event }) => event);
  server.events.push({ ...looked, id: 'elsewhere', seq: 61 });
  const { lastSeq, lastHash } = await server.reached();
  const read = { ...READ, draft: server.draft, last_seq: lastSeq, last_hash: lastHash };
  const sizes: number[] = [];
  const left = await resumed(read, here, (token, step, events) => {
    sizes.push(events.length);
    return server.send(token, step, events);
  });
  expect(left).toEqual([]);
  expect(Math.max(...sizes)).toBe(50);
});
