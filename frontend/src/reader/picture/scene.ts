/** What a painter is asked to show, and what it can do. */
import type { StateName } from '../heart/segments';
import type { TableName } from './colours';
import type { Placed } from './layout';
import type { Volume } from './slices';
import type { PictureKey } from './volume';

/** Limits in fractions of the organ's maximum. */
export interface Window {
  low: number;
  high: number;
}

export const FULL_WINDOW: Window = { low: 0, high: 1 };

export interface Scene {
  /** Tiles of at most four pictures. */
  tiles: readonly Placed[];
  rows: number;
  columns: number;
  table: TableName;
  /** A state without one has the full window. */
  windows: Readonly<Record<StateName, Window>>;
  /** Between voxels; otherwise each voxel is one square. */
  interpolate: boolean;
}

export type Volumes = Readonly<Record<PictureKey, Volume>>;

/** What one technique can do. `draw` fills `columns * side` by `rows * side` pixels at the top left of a canvas. */
export interface Painter {
  /** The longest edge of a canvas that it fills. */
  readonly longest: number;
  draw(scene: Scene, volumes: Volumes, side: number): void;
  destroy(): void;
}

/** One dark line between tiles, in device pixels. */
export const GAP = 1;
/** Beyond this edge graphics processors leave canvases black or smeared, and say nothing. */
export const LONGEST_CANVAS = 8192;
