import { describe, expect, it } from 'vitest';
import { ApiError } from '../shared/api';
import { type Delivery, type Parcel, sendAll } from './send';

const parcels = (count: number): Parcel[] =>
  Array.from({ length: count }, (_, n) => ({
    sha256: `${n}`,
    size: 10,
    body: async () => new ArrayBuffer(10),
  }));

function delivery(put: (parcel: Parcel) => Promise<void>, change: Partial<Delivery> = {}) {
  const pauses: number[] = [];
  const done: string[] = [];
  const given: Delivery = {
    put,
    wait: async (ms) => void pauses.push(ms),
    onDone: ({ sha256 }) => void done.push(sha256),
    signal: new AbortController().signal,
    ...change,
  };
  return { given, pauses, done };
}

describe('sending many files', () => {
  it('sends each once', async () => {
    const sent: string[] = [];
    const { given, done } = delivery(async ({ sha256 }) => void sent.push(sha256));
    expect(await sendAll(parcels(9), given)).toEqual([]);
    expect(sent.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
    expect(done).toHaveLength(9);
  });

  it('has never more than four under way', async () => {
    let now = 0;
    let most = 0;
    const { given } = delivery(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
    });
    await sendAll(parcels(20), given);
    expect(most).toBe(4);
  });

  it('tries again with growing pauses when the connection is lost', async () => {
    let left = 3;
    const { given, pauses } = delivery(async () => {
      if (left-- > 0) throw new ApiError(0, 'network', 'lost');
    });
    expect(await sendAll(parcels(1), given)).toEqual([]);
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  it('waits for the connection however long it is gone, and says so', async () => {
    let left = 40;
    const heard: boolean[] = [];
    const made: string[] = [];
    const { given, pauses } = delivery(
      async () => {
        if (left-- > 0) throw new ApiError(0, 'network', 'lost');
      },
      { onConnection: (lost) => void heard.push(lost) },
    );
    const parcel: Parcel = {
      sha256: 'x',
      size: 1,
      body: async () => {
        made.push('x');
        return new ArrayBuffer(1);
      },
    };
    expect(await sendAll([parcel], given)).toEqual([]);
    expect(pauses).toHaveLength(40);
    expect(Math.max(...pauses)).toBe(8000);
    expect([heard[0], heard.at(-1)]).toEqual([true, false]);
    expect(made).toEqual(['x']); // de-identified once, not at every attempt
  });

  it('sends again what arrived damaged', async () => {
    let damaged = true;
    const { given } = delivery(async () => {
      if (damaged) {
        damaged = false;
        throw new ApiError(409, 'digest', 'other bytes');
      }
    });
    expect(await sendAll(parcels(1), given)).toEqual([]);
  });

  it('gives up after five attempts and says why', async () => {
    let attempts = 0;
    const { given, done } = delivery(async () => {
      attempts += 1;
      throw new ApiError(503, 'http_503', 'busy');
    });
    const failed = await sendAll(parcels(1), given);
    expect(attempts).toBe(5);
    expect(failed.map(({ error }) => error.message)).toEqual(['busy']);
    expect(done).toEqual(['0']);
  });

  it('does not repeat what the server refused, and goes on with the rest', async () => {
    const sent: string[] = [];
    const { given, pauses } = delivery(async ({ sha256 }) => {
      sent.push(sha256);
      if (sha256 === '0') throw new ApiError(413, 'too_large', 'The file is too large.');
    });
    const failed = await sendAll(parcels(3), given);
    expect(failed.map(({ sha256 }) => sha256)).toEqual(['0']);
    expect(sent).toEqual(['0', '1', '2']);
    expect(pauses).toEqual([]);
  });

  it('reports a file that vanished from the disk without repeating it', async () => {
    const gone: Parcel = { sha256: 'x', size: 1, body: () => Promise.reject(new Error('NotFoundError')) };
    const { given, pauses } = delivery(async () => {});
    const failed = await sendAll([gone], given);
    expect(failed[0]?.error.code).toBe('unreadable');
    expect(pauses).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const sent: string[] = [];
    const { given } = delivery(
      async ({ sha256 }) => {
        sent.push(sha256);
        stop.abort();
      },
      { signal: stop.signal, parallel: 1 },
    );
    await expect(sendAll(parcels(5), given)).rejects.toThrow();
    expect(sent).toEqual(['0']);
  });
});
