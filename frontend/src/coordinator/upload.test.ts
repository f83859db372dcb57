import { describe, expect, it } from 'vitest';
import type { LocalFile } from './folder';
import { parcelsFor, sha256 } from './upload';

const local = (name: string, content: string): LocalFile => ({ path: name, file: new File([content], name) });

describe('what an upload sends', () => {
  it('is what the server lacks, each content once', () => {
    const files = [local('a', 'one'), local('b', 'two'), local('copy of a', 'one'), local('c', 'three')];
    const parcels = parcelsFor(files, ['h1', 'h2', 'h1', 'h3'], new Set(['h1', 'h3']));
    expect(parcels.map((parcel) => parcel.sha256)).toEqual(['h1', 'h3']);
  });

  it('is nothing when the folder was sent before', () => {
    expect(parcelsFor([local('a', 'one')], ['h1'], new Set())).toEqual([]);
  });

  it('is named by its SHA-256', async () => {
    const data = new TextEncoder().encode('abc').buffer;
    expect(await sha256(data)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
