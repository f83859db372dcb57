import { describe, expect, it } from 'vitest';
import { inward, neighbours, onMap, outward, SECTORS, SEGMENTS, segmentAt } from './segments';

describe('the 17 segments on the map', () => {
  it.each([
    ['anterior at 12 o’clock', [0, -0.9], 1],
    ['anteroseptal at the upper left', [-0.78, -0.45], 2],
    ['inferoseptal at the lower left', [-0.78, 0.45], 3],
    ['inferior at 6 o’clock', [0, 0.9], 4],
    ['inferolateral at the lower right', [0.78, 0.45], 5],
    ['anterolateral at the upper right', [0.78, -0.45], 6],
    ['mid anterior inside basal anterior', [0, -0.6], 7],
    ['the apical septum left', [-0.4, 0], 14],
    ['the apical lateral wall right', [0.4, 0], 16],
    ['the apex in the middle', [0.1, 0.1], 17],
  ] as const)('has %s', (_, [x, y], segment) => {
    expect(segmentAt(x, y)).toBe(segment);
  });

  it('finds every segment at the middle of its own sector', () => {
    for (const { segment, inner, outer, from, to } of SECTORS) {
      const [x, y] = segment === 17 ? [0, 0] : onMap((inner + outer) / 2, (from + to) / 2);
      expect(segmentAt(x, y)).toBe(segment);
    }
  });

  it('covers the whole disc and nothing outside it', () => {
    for (let x = -1.1; x <= 1.1; x += 0.043) {
      for (let y = -1.1; y <= 1.1; y += 0.043) {
        expect(segmentAt(x, y) === null).toBe(Math.hypot(x, y) > 1);
      }
    }
  });
});

describe('neighbours', () => {
  it('lead from the apex to the base and back', () => {
    expect([17, outward(17), outward(outward(17))]).toEqual([17, 13, 7]);
    expect(inward(inward(inward(4)))).toBe(17);
    expect(SEGMENTS.filter((segment) => outward(segment) === segment)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are mutual', () => {
    for (const segment of SEGMENTS) {
      for (const other of neighbours(segment)) expect(neighbours(other)).toContain(segment);
    }
    expect(neighbours(1).sort((a, b) => a - b)).toEqual([2, 6, 7]);
    expect(neighbours(17)).toEqual([13, 14, 15, 16]);
  });
});
