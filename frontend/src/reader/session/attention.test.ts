import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AttentionClock } from './attention';

let now: number;
let said: [string, number][];
let clock: AttentionClock;

function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

beforeEach(() => {
  vi.useFakeTimers();
  now = 1_000;
  said = [];
  clock = new AttentionClock(
    () => now,
    (state, at) => said.push([state, at]),
  );
});

afterEach(() => vi.useRealTimers());

describe('attention', () => {
  it('is active from the start, idle a minute after the last input, and active again with the next', () => {
    clock.start(true);
    clock.start(true);
    pass(40_000);
    clock.input();
    pass(59_000);
    expect(said).toEqual([['active', 1_000]]);
    pass(5_000);
    expect(said.at(-1)).toEqual(['idle', 101_000]);
    pass(20_000);
    clock.input();
    expect(said.at(-1)).toEqual(['active', 125_000]);
    expect(clock.activeMs).toBe(100_000);
  });

  it('is hidden while the page is, however long, and active when it is seen again', () => {
    clock.start(true);
    pass(10_000);
    clock.visible(false);
    pass(500_000);
    clock.input();
    clock.visible(true);
    pass(1_000);
    expect(said).toEqual([
      ['active', 1_000],
      ['hidden', 11_000],
      ['active', 511_000],
    ]);
    expect(clock.activeMs).toBe(11_000);
  });

  it('rests from a minute after the last input, also when the timer comes late or not at all', () => {
    clock.start(true);
    now += 300_000; // the computer slept
    clock.input();
    expect(said.slice(1)).toEqual([
      ['idle', 61_000],
      ['active', 301_000],
    ]);
    now += 300_000;
    clock.visible(false);
    expect(said.slice(3)).toEqual([
      ['idle', 361_000],
      ['hidden', 601_000],
    ]);
    expect(clock.activeMs).toBe(120_000);
  });

  it('says nothing before it starts, and begins hidden in a page that is not seen', () => {
    clock.input();
    clock.visible(false);
    expect(said).toEqual([]);
    clock.start(false);
    expect(said).toEqual([['hidden', 1_000]]);
  });
});
