import { describe, expect, it } from 'vitest';
import { ontoPixels, wholeFrom, wholeUpTo } from './pixels';

describe.each([1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3])('at %d device pixels a CSS pixel', (ratio) => {
  it('sizes are whole in both, near what was asked for', () => {
    for (let wanted = 100; wanted < 400; wanted += 7.3) {
      const [above, below] = [wholeFrom(wanted, ratio), wholeUpTo(wanted, ratio)];
      for (const css of [above, below]) {
        expect(Number.isInteger(css)).toBe(true);
        expect(css * ratio).toBeCloseTo(Math.round(css * ratio), 6);
        expect(Math.abs(css - wanted)).toBeLessThan(20);
      }
      expect(below).toBeLessThan(wanted + 0.01);
      expect(above).toBeGreaterThan(wanted - 0.01);
    }
  });

  it('places are moved onto a whole device pixel, by less than one', () => {
    for (const css of [24, 24.3, 38.671875, 38.999]) {
      const { position, transform } = ontoPixels(css, ratio);
      const pixels = (css + position + transform) * ratio;
      expect(Number.isInteger(Math.round((css + position) * 1e6) / 1e6)).toBe(true);
      expect(pixels).toBeCloseTo(Math.round(pixels), 6);
      expect(pixels - css * ratio).toBeLessThan(ratio + 1);
    }
  });
});
