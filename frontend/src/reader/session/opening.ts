import { useEffect, useState } from 'react';
import { ApiError } from '../../shared/api';
import { fetchRead, isRefusal, type Read, sendEvents } from '../api';
import type { Entry } from '../ledger/events';
import { askToStay, openLedger } from '../ledger/store';
import { preparePainter } from '../picture/painter';
import { fetchPictures, type Pictures, samePictures } from './pictures';
import type { Ahead } from './prefetch';
import { Reading } from './reading';
import { isOpen, type OpenRead, type Told } from './snapshot';
import { type Hold, heldAgain, holdRead } from './tabs';

export type { Pictures };

export type Opened =
  | { kind: 'opening' }
  /** `times`: how often this page has opened it. */
  | { kind: 'open'; reading: Reading; pictures: Pictures; times: number }
  /** Not its turn now: what is kept of it waits. */
  | { kind: 'ahead'; unsent: number }
  /** `unsent`: what was done here and is not part of it; kept until the reader has been told and says so. */
  | { kind: 'signed'; read: Read; unsent: number; forget: () => Promise<void> }
  | { kind: 'failed'; problem: unknown };

/**
 * Open a read: its form, its pictures, and what this computer still keeps of it. This tab writes it unless another one does;
 * `take` takes it from there. A tab that only shows the read writes it again as soon as no other one does.
 */
export function useOpened(
  token: string,
  reader: string,
  attempt: number,
  ahead: Ahead,
  take: boolean,
): Opened {
  const [opened, setOpened] = useState<Opened>({ kind: 'opening' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the same read again
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let leave = () => {};
    const follow = async () => {
      setOpened({ kind: 'opening' });
      let hold = await holdRead(token, take);
      leave = () => hold?.release();
      signal.throwIfAborted();
      let result = await open({ token, reader, ahead, hold, before: null, signal });
      for (;;) {
        if (result.kind !== 'open') return setOpened(result);
        const { reading } = result;
        leave = () => {
          reading.close();
          hold?.release();
        };
        signal.throwIfAborted();
        setOpened(result);
        void reading.firstShown.then(() => {
          if (!signal.aborted) void ahead.follow(token);
        });
        await hold?.lost;
        // Who leaves the read still sends: only another tab that writes it silences this one.
        signal.throwIfAborted();
        reading.setWritable(false);
        hold = await heldAgain(token, signal);
        const opening = { token, reader, ahead, hold, before: result, signal };
        result = await untilThere(() => open(opening), signal);
        reading.close();
      }
    };
    follow().catch((problem: unknown) => {
      leave();
      if (!signal.aborted) setOpened({ kind: 'failed', problem });
    });
    return () => {
      stop.abort();
      leave();
    };
  }, [token, reader, attempt, ahead, take]);
  return opened;
}

const ASK_AGAIN_MS = 2_000;

/** The other tab may have been closed while there is no network: what is shown stays until the server answers, if only to say no. */
async function untilThere<V>(ask: () => Promise<V>, signal: AbortSignal): Promise<V> {
  for (;;) {
    try {
      return await ask();
    } catch (problem) {
      signal.throwIfAborted();
      if (!(problem instanceof ApiError) || isRefusal(problem)) throw problem;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      signal.throwIfAborted();
    }
  }
}

type Open = Extract<Opened, { kind: 'open' }>;

interface Opening {
  token: string;
  reader: string;
  ahead: Ahead;
  /** Null where another tab writes. */
  hold: Hold | null;
  /** How it was shown while another tab wrote. */
  before: Open | null;
  signal: AbortSignal;
}

/** The other tabs were asked before: what is kept here must not change while it is looked through. */
async function open({ token, reader, ahead, hold, before, signal }: Opening): Promise<Opened> {
  askToStay();
  const asking = { signal, stay: before !== null };
  const [read, store] = await Promise.all([fetchRead(token, asking), openLedger(reader)]);
  if (!isOpen(read)) {
    const { unsentActs } = await resuming();
    const untold = await store.aside(token);
    const unsent = untold.length + (await unsentActs(read, await store.load(token)));
    if (read.state === 'ahead') return { kind: 'ahead', unsent };
    const forget = () => store.clear(token);
    if (hold && unsent === 0) await forget();
    return { kind: 'signed', read, unsent, forget };
  }
  const arriving = Promise.all([
    picturesOf(before, read) ?? ahead.take(read) ?? fetchPictures(read, asking),
    store.load(token),
    store.aside(token),
  ]);
  preparePainter();
  const [pictures, kept, untold] = await arriving;
  const { entries, aside } =
    hold && kept.length > 0 ? await reconciled(read, kept, untold) : { entries: kept, aside: untold };
  const mine = hold !== null && !hold.gone;
  const same = ({ seq, sent }: Entry, at: number) => seq === entries[at]?.seq && sent === entries[at].sent;
  if (mine && !kept.every(same)) await store.replace(token, entries, aside);
  signal.throwIfAborted();
  const count = aside.length;
  const told: Told | null = count > 0 ? { kind: 'left', count } : before && { kind: 'regained' };
  const keeper = { send: sendEvents, latest: () => fetchRead(token, { stay: true }) };
  const reading = new Reading(read, store, entries, keeper, told);
  reading.setWritable(mine);
  return { kind: 'open', reading, pictures, times: before ? before.times + 1 : 1 };
}

/** Most reads are opened with nothing kept: what looks through it comes when there is something. */
const resuming = () => import('../ledger/resume');

async function reconciled(read: OpenRead, kept: readonly Entry[], untold: readonly Entry[]) {
  const { leftOut, resumed } = await resuming();
  const entries = await resumed(read, kept, sendEvents);
  return { entries, aside: await leftOut(read, kept, untold) };
}

/** They do not come twice, unless another step of the read is open now. */
function picturesOf(before: Open | null, read: OpenRead): Pictures | null {
  return before && samePictures(before.reading.read, read) ? before.pictures : null;
}
