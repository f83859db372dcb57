import { describe, expect, test } from 'vitest';
import { HEART } from '../../reader/ledger/forms.testing';
import { LONGEST_PAUSE_MS, momentAt, moments, type Recording, type ReplayEvent, stepOf } from './timeline';

const LAYOUT = (name: string, sets: number[]) => ({
  name,
  columns: 1,
  rows: sets.length,
  strips: sets.map((set, row) => ({ view: 'SA', state: 'stress', set, row, column: 0, count: 1, first: 0 })),
});

function event(seq: number, elapsed_ms: number, given: Partial<ReplayEvent>): ReplayEvent {
  return { seq, kind: 'view', state: '', segment: null, name: '', value: null, elapsed_ms, ...given };
}

function recording(events: ReplayEvent[], sheets: Recording['sheets'] = []): Recording {
  const display = {
    tables: ['cool', 'gray'],
    default_table: 'cool',
    show_difference: false,
    show_sums: true,
    sums_when_complete: false,
    click_scores: false,
    show_time: false,
    layouts: [LAYOUT('one', [1]), LAYOUT('two', [1, 2])],
    default_layout: 'one',
  } as unknown as Recording['display'];
  const slots = [
    { set: 1, step: 1 },
    { set: 1, step: 2 },
    { set: 2, step: 2 },
  ];
  return { form: HEART, display, slots, events, sheets };
}

const score = (segment: number, value: number | null) =>
  ({ kind: 'score', state: 'stress', segment, value }) as const;

describe('a read seen again', () => {
  test('has the scores, answers and view of each moment', () => {
    const all = moments(
      recording([
        event(1, 100, { name: 'table', value: 'gray' }),
        event(2, 200, score(4, 2)),
        event(3, 300, { name: 'window_stress', value: '10-80' }),
        event(4, 400, { kind: 'field', name: 'quality', value: 3 }),
        event(5, 500, score(4, null)),
        event(6, 600, { name: 'focus', value: 'rest 9' }),
      ]),
    );
    expect(all).toHaveLength(7);
    expect(all[0]?.view.table).toBe('cool');
    expect(all[1]?.view.table).toBe('gray');
    expect(all[2]?.draft.scores.stress?.[3]).toBe(2);
    expect(all[2]?.focus).toEqual({ state: 'stress', segment: 4 });
    expect(all[3]?.view.windows.stress).toEqual({ low: 0.1, high: 0.8 });
    expect(all[4]?.draft.fields).toEqual({ quality: 3 });
    expect(all[5]?.draft.scores.stress?.[3]).toBeNull();
    expect(all[6]?.focus).toEqual({ state: 'rest', segment: 9 });
  });

  test('goes on after the page was closed and opened again, with the first view', () => {
    const all = moments(
      recording([
        event(1, 8_000, { name: 'table', value: 'gray' }),
        event(2, 100, { name: 'shown', value: '' }),
        event(3, 1_100, score(1, 0)),
      ]),
    );
    expect(all.map(({ at }) => at)).toEqual([0, 8_000, 8_100, 9_100]);
    expect(all[3]?.view.table).toBe('cool');
  });

  test('does not wait through a long pause, but tells its true time', () => {
    const all = moments(recording([event(1, 60_000, score(1, 0)), event(2, 61_000, score(2, 0))]));
    expect(all.map(({ at }) => at)).toEqual([0, 60_000, 61_000]);
    expect(all.map(({ played }) => played)).toEqual([0, LONGEST_PAUSE_MS, LONGEST_PAUSE_MS + 1_000]);
    expect([0, 2_999, 3_000, 9_000].map((played) => momentAt(all, played))).toEqual([0, 0, 1, 2]);
  });

  test('changes to the sets and the layout of the next step after the signature of the first', () => {
    const sheets = [
      { step: 1, version: 1, last_seq: 2 },
      { step: 2, version: 1, last_seq: 4 },
      { step: 2, version: 2, last_seq: 6 },
    ];
    expect([1, 2, 3, 4, 5, 6].map((seq) => stepOf(sheets, seq))).toEqual([1, 1, 2, 2, 2, 2]);
    const all = moments(
      recording(
        [1, 2, 3].map((seq) => event(seq, seq, score(seq, 0))),
        sheets,
      ),
    );
    expect(all.map(({ step }) => step)).toEqual([1, 1, 1, 2]);
    expect(all.map(({ view }) => view.layout)).toEqual(['one', 'one', 'one', 'two']);
  });
});
