import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Tile } from '../picture/layout';
import type { Focus } from '../session/reading';

/** A place of a tile: u and v run from 0 to 1, to the right and down. */
export interface Spot {
  tile: Tile;
  u: number;
  v: number;
}

/**
 * What the pointer is over, for everything that answers to it: maps, outlines, lines, crosshair. Kept outside of the page's own
 * state, so that a pointer on its way over the slices renders nothing but the few lines that follow it.
 */
export class Pointing {
  tile: Tile | null = null;
  segment: Focus | null = null;
  private readonly changed = new Set<() => void>();
  private readonly moved = new Set<(spot: Spot | null) => void>();

  point(spot: Spot | null): void {
    for (const follow of this.moved) follow(spot);
    const tile = spot?.tile ?? null;
    if (tile === this.tile) return;
    this.tile = tile;
    for (const tell of this.changed) tell();
  }

  pointSegment(segment: Focus | null): void {
    if (segment === this.segment) return;
    this.segment = segment;
    for (const tell of this.changed) tell();
  }

  /** Every move; to be answered without a render. */
  follow = (move: (spot: Spot | null) => void): (() => void) => {
    this.moved.add(move);
    return () => this.moved.delete(move);
  };

  subscribe = (tell: () => void): (() => void) => {
    this.changed.add(tell);
    return () => this.changed.delete(tell);
  };
}

export const PointingContext = createContext(new Pointing());

export function usePointing(): Pointing {
  return useContext(PointingContext);
}

export function usePointedTile(): Tile | null {
  const pointing = usePointing();
  return useSyncExternalStore(pointing.subscribe, () => pointing.tile);
}

export function usePointedSegment(): Focus | null {
  const pointing = usePointing();
  return useSyncExternalStore(pointing.subscribe, () => pointing.segment);
}
