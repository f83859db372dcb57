import { useMemo } from 'react';
import type { LayoutDocument } from '../picture/layout';
import { LABEL_WIDTH } from './Grid';
import type { Size } from './useSize';

/** The narrowest side panel: two polar maps side by side whose rings are 24 px thick, in CSS pixels. */
const PANEL_MIN = 402;
const GUTTER = 4;
/** Of the width, the share of the panel where nothing else limits it: maps to judge a wall on, and words that can be read. */
const PANEL_SHARE = 0.25;
/** Both colour bars with their limits in one line. */
const BARS_HEIGHT = 30;
/** Of the height, the largest share that two maps side by side are wide: the questions below them need theirs. */
const MAPS_SHARE = 0.68;
/** What stands below a map: the bar of its window and the limits. */
const WINDOW_HEIGHT = 50;
/** A window of this many CSS pixels a side, or more, has room for larger words and tables: in steps, up to twice as large. */
const VAST = { width: 2190, height: 1230 };
const STEP = 0.25;
const LARGEST = 2;

/** Both polar maps with their windows, in CSS pixels: in the panel, or with a place of their own below the slices. */
export interface MapsPlace {
  width: number;
  beneath: { left: number; top: number } | null;
  /** Where the bars of both windows lie in one line below the slices; null where they stay below the maps. */
  bars: { top: number; width: number } | null;
}

interface TileSide {
  /** Edge of a tile in device pixels. */
  side: number;
  /** How much larger than usual words and tables are. */
  enlarged: number;
  maps: MapsPlace;
}

/** How much larger than usual words and tables are in a window of this size. */
export function enlargement(): number {
  const room = Math.min(window.innerWidth / VAST.width, window.innerHeight / VAST.height);
  return Math.min(Math.max(Math.floor(room / STEP) * STEP, 1), LARGEST);
}

/** The largest tiles with which the whole layout and a legible panel fit the window. */
export function useTileSide(size: Size, layout: LayoutDocument): TileSide {
  return useMemo(() => tilesWithin(size, layout, enlargement()), [size, layout]);
}

export function tilesWithin(size: Size, layout: Shape, enlarged: number): TileSide {
  const narrow = besidePanel(size, layout, enlarged, PANEL_MIN * enlarged);
  if (narrow.maps.beneath) return narrow;
  return besidePanel(size, layout, enlarged, Math.max(PANEL_MIN * enlarged, size.width * PANEL_SHARE));
}

type Shape = Pick<LayoutDocument, 'columns' | 'rows'>;

function besidePanel(
  { width, height, ratio }: Size,
  { columns, rows }: Shape,
  enlarged: number,
  panel: number,
): TileSide {
  const labels = LABEL_WIDTH * enlarged;
  const across = width - panel - labels - GUTTER;
  const side = Math.max(1, Math.floor(Math.min(across / columns, height / rows) * ratio));
  const slices = { width: (columns * side) / ratio, height: (rows * side) / ratio };
  // Layouts with long rows leave room below them: the maps go where they are larger.
  const beside = Math.min(width - labels - slices.width - GUTTER, height * MAPS_SHARE);
  const below = height - slices.height;
  const beneath = Math.min(slices.width, 2 * (below - WINDOW_HEIGHT * enlarged));
  if (beneath <= beside) {
    const bars = below < BARS_HEIGHT * enlarged ? null : { top: slices.height, width: slices.width };
    return { side, enlarged, maps: { width: beside, beneath: null, bars } };
  }
  const left = labels + (slices.width - beneath) / 2;
  const top = slices.height + (below - WINDOW_HEIGHT * enlarged - beneath / 2) / 2;
  return { side, enlarged, maps: { width: beneath, beneath: { left, top }, bars: null } };
}
