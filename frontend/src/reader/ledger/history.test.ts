import { describe, expect, it } from 'vitest';
import {
  applied,
  type Change,
  type Draft,
  differences,
  type Entry,
  folded,
  marksOf,
  valueIn,
} from './events';
import { EMPTY_HEART } from './forms.testing';
import { type Act, acted, type History, historyOf, NO_HISTORY, redone, undone } from './history';

const score = (segment: number, value: number | 'NE' | null): Act[number]['change'] => ({
  kind: 'score',
  state: 'stress',
  segment,
  value,
});

/** A reader at work: draft, history and the kept entries move together. */
class Desk {
  draft: Draft = EMPTY_HEART;
  history: History = NO_HISTORY;
  entries: Entry[] = [];

  act(...changes: Act[number]['change'][]): void {
    this.history = acted(
      this.history,
      changes.map((change) => ({ change, before: valueIn(this.draft, change) })),
    );
    this.keep(changes, 'act');
  }

  undo(): void {
    this.step('undo', undone(this.history));
  }

  redo(): void {
    this.step('redo', redone(this.history));
  }

  private step(how: 'undo' | 'redo', step: ReturnType<typeof undone>): void {
    if (!step) return;
    this.history = step.history;
    this.keep(step.changes, how);
  }

  private keep(changes: readonly Change[], how: Entry['how']): void {
    const act = `act ${this.entries.length}`;
    for (const change of changes) {
      const seq = this.entries.length + 1;
      const event = { ...change, id: String(seq), seq, elapsed_ms: 0, at: '' };
      this.entries.push({
        token: 't',
        step: 1,
        seq,
        event,
        sent: true,
        act,
        how,
        before: valueIn(this.draft, change),
      });
    }
    this.draft = folded(this.draft, changes);
  }
}

describe('a draft', () => {
  it('starts blank, and blank is not 0', () => {
    expect(new Set(Object.values(EMPTY_HEART.scores).flat())).toEqual(new Set([null]));
    const zero = applied(EMPTY_HEART, score(1, 0));
    expect(marksOf(zero, 'stress')[0]).toBe(0);
    expect(differences(zero, EMPTY_HEART)).toEqual([{ change: score(1, 0), other: null }]);
  });

  it('forgets a field that is cleared', () => {
    const set = applied(EMPTY_HEART, { kind: 'field', name: 'comment', value: 'x' });
    expect(applied(set, { kind: 'field', name: 'comment', value: null }).fields).toEqual({});
  });

  it('is not changed by how the pictures were looked at', () => {
    expect(applied(EMPTY_HEART, { kind: 'view', name: 'table', value: 'gray' })).toBe(EMPTY_HEART);
  });
});

describe('undo', () => {
  it('goes back to the beginning and forward to the end', () => {
    const desk = new Desk();
    for (let segment = 1; segment <= 17; segment++) desk.act(score(segment, segment % 5));
    desk.act(score(3, 'NE'));
    const end = desk.draft;
    for (let step = 0; step < 30; step++) desk.undo();
    expect(desk.draft).toEqual(EMPTY_HEART);
    for (let step = 0; step < 30; step++) desk.redo();
    expect(desk.draft).toEqual(end);
  });

  it('takes one act back at once, however many segments it scored', () => {
    const desk = new Desk();
    desk.act(score(5, 3));
    desk.act(...Array.from({ length: 17 }, (_, index) => score(index + 1, 0)));
    desk.undo();
    expect(desk.draft).toEqual(applied(EMPTY_HEART, score(5, 3)));
  });

  it('loses what could be redone as soon as something else is done', () => {
    const desk = new Desk();
    desk.act(score(1, 1));
    desk.undo();
    desk.act(score(2, 2));
    expect(redone(desk.history)).toBeNull();
  });

  it('adds events instead of removing any', () => {
    const desk = new Desk();
    desk.act(score(1, 1));
    desk.undo();
    expect(desk.entries.map(({ event }) => event.kind === 'score' && event.value)).toEqual([1, null]);
  });

  it('works on after a reload as if there had been none', () => {
    const desk = new Desk();
    desk.act(score(1, 1));
    desk.act(score(2, 2));
    desk.act(score(2, 3));
    desk.undo();
    desk.undo();
    desk.redo();
    expect(historyOf(desk.entries)).toEqual(desk.history);
  });
});
