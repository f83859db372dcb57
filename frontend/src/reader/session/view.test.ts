import { describe, expect, it } from 'vitest';
import {
  firstView,
  recorded,
  shownTable,
  withLimit,
  withLinked,
  withNextTable,
  withShift,
  withWindowReset,
} from './view';

const display = {
  tables: ['gray', 'cool', 'ten_step', 'of the future'],
  default_table: 'cool',
  show_difference: true,
  show_sums: true,
};
const view = firstView(display);

describe('the view', () => {
  it('starts with the study’s table, offers only tables it can draw, and full windows', () => {
    expect(view.table).toBe('cool');
    expect(view.tables).toEqual(['gray', 'cool', 'ten_step']);
    expect(view.windows).toEqual({ stress: { low: 0, high: 1 }, rest: { low: 0, high: 1 } });
  });

  it('goes round the allowed tables both ways', () => {
    expect(withNextTable(withNextTable(view, 1), 1).table).toBe('gray');
    expect(withNextTable(withNextTable(view, -1), -1).table).toBe('ten_step');
  });

  it('is gray while peeked at, whatever the table', () => {
    expect(shownTable({ ...view, peek: true })).toBe('gray');
  });

  it('moves both windows while they are linked, and one when they are not', () => {
    expect(withLimit(view, 'stress', 'high', 0.7).windows.rest.high).toBe(0.7);
    const alone = withLimit({ ...view, linked: false }, 'stress', 'high', 0.7);
    expect([alone.windows.stress.high, alone.windows.rest.high]).toEqual([0.7, 1]);
    expect(withLinked(alone, true, 'stress').windows.rest).toEqual(alone.windows.stress);
  });

  it('keeps the limits within 0 to 100 % and apart', () => {
    expect(withLimit(view, 'rest', 'high', 1.4).windows.rest.high).toBe(1);
    expect(withLimit(view, 'rest', 'low', -1).windows.rest.low).toBe(0);
    const narrow = withLimit(withLimit(view, 'rest', 'low', 0.5), 'rest', 'high', 0.2).windows.rest;
    expect(narrow.high).toBeGreaterThan(narrow.low);
    expect(withWindowReset(withLimit(view, 'rest', 'low', 0.5)).windows).toEqual(view.windows);
  });

  it('does not shift slices without end', () => {
    let shifted = view;
    for (let step = 0; step < 50; step++) shifted = withShift(shifted, 'SA', 'rest', 1);
    expect(shifted.shifts.SA).toEqual({ both: 0, rest: 12 });
  });

  it('is recorded in words that fit the read’s ledger', () => {
    const changed = withShift(withLimit(view, 'stress', 'low', 0.1), 'HLA', 'both', -1);
    expect(recorded(changed)).toEqual({
      table: 'cool',
      window_stress: '10-100',
      window_rest: '10-100',
      shifts: 'SA:0/0 VLA:0/0 HLA:-1/0',
    });
  });
});
