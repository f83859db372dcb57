import { useEffect, useState } from 'react';
import { fetchPolar, fetchRead, fetchVolume, type Read, type Slot, sendEvents } from '../api';
import { STATES, type StateName } from '../heart/segments';
import { openLedger } from '../ledger/store';
import type { PolarMap } from '../picture/polarPicture';
import type { Volume } from '../picture/slices';
import { fractions, volumeFrom } from '../picture/volume';
import { type OpenRead, Reading } from './reading';

export interface Pictures {
  volumes: Readonly<Record<StateName, Volume>>;
  polars: Readonly<Record<StateName, PolarMap>>;
}

export type Opened =
  | { kind: 'opening' }
  | { kind: 'open'; reading: Reading; pictures: Pictures }
  | { kind: 'signed'; read: Read }
  | { kind: 'failed'; problem: unknown };

/** Open a read: its form, its pictures, and what this computer still keeps of it. */
export function useOpened(token: string, reader: string, attempt: number): Opened {
  const [opened, setOpened] = useState<Opened>({ kind: 'opening' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the same read again
  useEffect(() => {
    const stop = new AbortController();
    let reading: Reading | null = null;
    setOpened({ kind: 'opening' });
    open(token, reader, stop.signal).then(
      (result) => {
        if (result.kind === 'open') reading = result.reading;
        if (stop.signal.aborted) reading?.close();
        else setOpened(result);
      },
      (problem: unknown) => {
        if (!stop.signal.aborted) setOpened({ kind: 'failed', problem });
      },
    );
    return () => {
      stop.abort();
      reading?.close();
    };
  }, [token, reader, attempt]);
  return opened;
}

async function open(token: string, reader: string, signal: AbortSignal): Promise<Opened> {
  const [read, store] = await Promise.all([fetchRead(token, signal), openLedger(reader)]);
  if (!isOpen(read)) {
    await store.clear(token);
    return { kind: 'signed', read };
  }
  const [pictures, kept] = await Promise.all([fetchPictures(read, signal), store.load(token)]);
  signal.throwIfAborted();
  return { kind: 'open', reading: new Reading(read, store, kept, sendEvents), pictures };
}

export function isOpen(read: Read): read is OpenRead {
  return read.state === 'open' && read.draft !== null;
}

async function fetchPictures(read: Read, signal: AbortSignal): Promise<Pictures> {
  const slots = STATES.map((state) => {
    const slot = read.slots.find(({ name }) => name === state);
    if (!slot) throw new Error(`The read has no ${state} pictures.`);
    return slot;
  });
  const [stress, rest] = await Promise.all(slots.map((slot) => fetchSlot(read.token, slot, signal)));
  if (!stress || !rest) throw new Error('A read has a stress and a rest picture.');
  return {
    volumes: { stress: stress.volume, rest: rest.volume },
    polars: { stress: stress.polar, rest: rest.polar },
  };
}

async function fetchSlot(token: string, slot: Slot, signal: AbortSignal) {
  const [voxels, map] = await Promise.all([
    fetchVolume(token, slot.name, signal),
    fetchPolar(token, slot.name, signal),
  ]);
  const { rings, angles, full_scale } = slot.polar;
  const polar: PolarMap = { rings, angles, values: fractions(map, rings * angles, full_scale) };
  return { volume: volumeFrom(voxels, slot), polar };
}
