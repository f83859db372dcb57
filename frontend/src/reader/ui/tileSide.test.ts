import { describe, expect, it } from 'vitest';
import { tilesWithin } from './useTileSide';

/** The room of the slices and the panel in a window of this size, in CSS pixels. */
const room = (width: number, height: number, ratio = 1) => ({ width, height: height - 74, ratio });
const USUAL = { columns: 12, rows: 8 };

describe('the tiles', () => {
  it('leave two maps with rings of 24 px beside them, and the whole layout fits', () => {
    for (const [width, height] of [
      [1366, 768],
      [1920, 1080],
    ] as const) {
      const { side, maps } = tilesWithin(room(width, height), USUAL, 1);
      expect(maps.beneath).toBeNull();
      expect(maps.width).toBeGreaterThanOrEqual(402);
      expect(24 + 12 * side + 4 + maps.width).toBeLessThanOrEqual(width);
      expect(8 * side).toBeLessThanOrEqual(height - 74);
    }
  });

  it('are as many device pixels as fit', () => {
    const once = tilesWithin(room(1366, 768), USUAL, 1).side;
    expect(tilesWithin(room(1366, 768, 2), USUAL, 1).side).toBeGreaterThanOrEqual(2 * once);
  });
});

describe('the panel', () => {
  it('has a quarter of a window that is wide enough for it', () => {
    for (const [width, height, enlarged] of [
      [1920, 1080, 1],
      [3840, 2160, 1.75],
    ] as const) {
      const { maps } = tilesWithin(room(width, height), USUAL, enlarged);
      expect(maps.width).toBeGreaterThanOrEqual(width / 4);
    }
  });
});

describe('the bars of the windows', () => {
  it('lie in the band below the slices, where there is one', () => {
    for (const [width, height] of [
      [1366, 768],
      [1920, 1080],
    ] as const) {
      const { side, maps } = tilesWithin(room(width, height), USUAL, 1);
      expect(maps.bars).toEqual({ top: 8 * side, width: 12 * side });
      expect(8 * side + 30).toBeLessThanOrEqual(height - 74);
    }
  });

  it('stay below the maps where the slices need the whole height, and where the maps lie below them', () => {
    expect(tilesWithin(room(1920, 940), USUAL, 1).maps.bars).toBeNull();
    expect(tilesWithin(room(1366, 768), { columns: 16, rows: 6 }, 1).maps.bars).toBeNull();
  });
});

describe('the maps', () => {
  const rows = [
    { columns: 16, rows: 6 },
    { columns: 6, rows: 2 },
  ];

  it.each(rows)('lie below rows that leave room, and are larger there: $rows x $columns', (layout) => {
    const { side, maps } = tilesWithin(room(1366, 768), layout, 1);
    const { left, top } = maps.beneath ?? { left: 0, top: 0 };
    expect(maps.width).toBeGreaterThan(402);
    expect(top).toBeGreaterThanOrEqual(layout.rows * side);
    expect(top + maps.width / 2 + 50).toBeLessThanOrEqual(768 - 74);
    expect(left + maps.width).toBeLessThanOrEqual(24 + layout.columns * side);
  });

  it('do so in a window that is high for its width, whatever the layout', () => {
    expect(tilesWithin(room(1280, 1024), USUAL, 1).maps.beneath).not.toBeNull();
  });
});
