import { describe, expect, it } from 'vitest';
import { frameAt } from './cineClock';

describe('the frame of a cine', () => {
  it('follows the time, not the number of pictures drawn', () => {
    expect([0, 99, 100, 250, 799, 800].map((ms) => frameAt(ms, 10, 8, 0))).toEqual([0, 0, 1, 2, 7, 0]);
  });

  it('goes on from where it was stopped, and round', () => {
    expect(frameAt(300, 10, 8, 6)).toBe(1);
  });

  it('does not drift in an hour', () => {
    expect(frameAt(3_600_000, 10, 16, 0)).toBe((3600 * 10) % 16);
  });
});
