import { describe, expect, it } from 'vitest';
import type { Display } from '../api';
import { DISPLAY, HEART } from '../ledger/forms.testing';
import { replayed } from './replayed';
import {
  firstView,
  layoutOf,
  recorded,
  shownTable,
  type View,
  windowOf,
  withAlignmentReset,
  withLimit,
  withLinked,
  withNextLayout,
  withNextTable,
  withNudge,
  withShift,
  withWindowReset,
} from './view';

const display: Display = { ...DISPLAY, tables: ['gray', 'cool', 'ten_step', 'of the future'] };
const view = firstView({ display, form: HEART });
const BOTH = HEART.states;

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
    expect(windowOf(withLimit(view, 'stress', 'high', 0.7), 'rest').high).toBe(0.7);
    const alone = withLimit({ ...view, linked: false }, 'stress', 'high', 0.7);
    expect(BOTH.map((state) => windowOf(alone, state).high)).toEqual([0.7, 1]);
    expect(windowOf(withLinked(alone, true, 'stress'), 'rest')).toEqual(windowOf(alone, 'stress'));
  });

  it('keeps the limits within 0 to 100 % and apart', () => {
    expect(windowOf(withLimit(view, 'rest', 'high', 1.4), 'rest').high).toBe(1);
    expect(windowOf(withLimit(view, 'rest', 'low', -1), 'rest').low).toBe(0);
    const narrow = windowOf(withLimit(withLimit(view, 'rest', 'low', 0.5), 'rest', 'high', 0.2), 'rest');
    expect(narrow.high).toBeGreaterThan(narrow.low);
    expect(withWindowReset(withLimit(view, 'rest', 'low', 0.5)).windows).toEqual(view.windows);
  });

  it('does not move slices or pictures without end', () => {
    let moved = view;
    for (let step = 0; step < 50; step++) {
      moved = withNudge(withShift(moved, 'SA', ['rest'], 1), 'rest', [1, 0, -1]);
    }
    expect(moved.shifts).toEqual({ SA: { rest: 12 } });
    expect(moved.nudge).toEqual({ rest: [20, 0, -20] });
    expect(withAlignmentReset(moved)).toEqual(view);
  });

  it('goes round the layouts of the study', () => {
    const next = withNextLayout(view, display, 1);
    expect([next.layout, withNextLayout(next, display, -1).layout]).toEqual(['6x16', '8x12']);
    expect(layoutOf({ ...view, layout: 'of the future' }, display)?.name).toBe('8x12');
  });
});

describe('the record of a view', () => {
  const changed: View = {
    ...withNudge(withShift(withLimit(view, 'stress', 'low', 0.1), 'HLA', BOTH, -1), 'rest', [1, 0, -2]),
    table: 'gray',
    peek: true,
    interpolate: false,
    contour: true,
    set: 2,
    layout: '6x16',
  };

  it('is in words that fit the read’s ledger', () => {
    expect(recorded(changed)).toEqual({
      table: 'gray',
      peek: 'on',
      window_stress: '10-100',
      window_rest: '10-100',
      shifts: 'HLA stress -1, HLA rest -1',
      nudge: 'rest 1 0 -2',
      layout: '6x16',
      interpolation: 'off',
      text: 'on',
      borders: 'on',
      contour: 'on',
      set: '2',
    });
    expect(recorded(view)).toMatchObject({ shifts: '', nudge: '' });
  });

  it('is enough to see the same again', () => {
    const again = (from: View, to: View) =>
      Object.entries(recorded(to)).reduce((now, [name, value]) => replayed(now, name, value, view), from);
    expect(recorded(again(view, changed))).toEqual(recorded(changed));
    expect(again(changed, view)).toEqual(view);
  });

  it('begins anew where the page was opened again', () => {
    expect(replayed(changed, 'shown', '', view)).toEqual(view);
    expect(replayed(changed, 'attention', 'idle', view)).toBe(changed);
  });
});
