import { describe, expect, it } from 'vitest';
import { ApiError } from '../shared/api';
import { parcelsFor } from './deliver';
import type { Line } from './review/batch';

const line = (n: number, sha256: string): Line => ({ n, size: 10, sha256, report: 'r' });

describe('what an upload sends', () => {
  it('is what the server lacks, each content once', () => {
    const lines = [line(0, 'h1'), line(1, 'h2'), line(2, 'h1'), line(3, 'h3')];
    const parcels = parcelsFor(lines, new Set(['h1', 'h3']), async () => new ArrayBuffer(10));
    expect(parcels.map((parcel) => parcel.sha256)).toEqual(['h1', 'h3']);
  });

  it('is nothing when the folder was sent before', () => {
    expect(parcelsFor([line(0, 'h1')], new Set(), async () => new ArrayBuffer(10))).toEqual([]);
  });

  it('is made when it is sent, and a file that is gone by then is told of in plain words', async () => {
    const made: number[] = [];
    const [first, gone] = parcelsFor([line(4, 'h1'), line(5, 'h2')], new Set(['h1', 'h2']), async (n) => {
      if (n === 5) throw new DOMException('', 'NotFoundError');
      made.push(n);
      return new ArrayBuffer(10);
    });
    expect(made).toEqual([]);
    await first?.body();
    expect(made).toEqual([4]);
    await expect(gone?.body()).rejects.toThrow(ApiError);
  });
});
