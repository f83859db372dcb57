import { describe, expect, it } from 'vitest';
import { Pace, spoken } from './pace';

describe('the remaining time', () => {
  it('is unknown in the first two seconds, and while nothing moves', () => {
    const pace = new Pace();
    expect(pace.left(100)).toBeNull();
    pace.note(0, 0);
    pace.note(10, 1000);
    expect(pace.left(100)).toBeNull();
    const stuck = new Pace();
    stuck.note(5, 0);
    stuck.note(5, 5000);
    expect(stuck.left(100)).toBeNull();
  });

  it('goes by the speed of now, not by that of the beginning', () => {
    const pace = new Pace(10_000);
    for (let second = 0; second <= 20; second += 1) pace.note(second * 100, second * 1000);
    for (let second = 21; second <= 40; second += 1) pace.note(2000 + (second - 20) * 10, second * 1000);
    expect(pace.left(2300)).toBeCloseTo(10, 0);
  });

  it('is told as people do', () => {
    expect(spoken(2)).toEqual({ unit: 'moment' });
    expect(spoken(11)).toEqual({ unit: 'seconds', count: 20 });
    expect(spoken(61)).toEqual({ unit: 'minutes', count: 2 });
    expect(spoken(2 * 3600 - 1)).toEqual({ unit: 'hours', count: 2 });
  });
});
