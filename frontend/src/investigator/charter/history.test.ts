import { describe, expect, it } from 'vitest';
import { at, filled, isBelow, isSame, pattern, withAt } from './document';
import { begun, type Change, following } from './history';

const DOCUMENT = {
  title: 'T',
  arms: [{ code: 'A', label: 'SPECT', image_set: 'spect' }],
  endpoints: [{ name: 'E', margin: 2 }],
};
const edit = (
  values: Record<string, never> | Record<string, string | number | boolean | undefined>,
): Change => ({
  kind: 'edit',
  values,
});

describe('a place in a document', () => {
  it('is found, and is nothing where there is none', () => {
    expect(at(DOCUMENT, 'endpoints.0.margin')).toBe(2);
    expect(at(DOCUMENT, 'endpoints.1.margin')).toBeUndefined();
    expect(at(DOCUMENT, 'title.first')).toBeUndefined();
    expect(at(DOCUMENT, 'arms.length')).toBeUndefined();
  });

  it('is set and taken away without touching the original', () => {
    const changed = withAt(DOCUMENT, 'conduct.daily_cap', 9);
    expect(changed.conduct).toEqual({ daily_cap: 9 });
    expect(DOCUMENT).not.toHaveProperty('conduct');
    expect(withAt(changed, 'conduct.daily_cap', undefined).conduct).toEqual({});
    expect(withAt(DOCUMENT, 'endpoints.0', undefined).endpoints).toEqual([]);
    expect(at(withAt(DOCUMENT, 'endpoints.0.margin', 3), 'endpoints.0.name')).toBe('E');
  });

  it('has a pattern, and lies below others', () => {
    expect(pattern('form.fields.2.when.at_least')).toBe('form.fields.when.at_least');
    expect(isBelow('conduct.daily_cap', 'conduct')).toBe(true);
    expect(isBelow('conduct2', 'conduct')).toBe(false);
    expect(isBelow('anything', '')).toBe(true);
  });

  it('says the same with or without what goes without saying', () => {
    expect(isSame(DOCUMENT, filled(DOCUMENT))).toBe(true);
    expect(at(filled(DOCUMENT), 'arms.0.steps')).toEqual([['spect']]);
    expect(isSame(DOCUMENT, withAt(DOCUMENT, 'multiplicity', 'holm'))).toBe(false);
  });
});

describe('the history of a document', () => {
  it('takes changes back and makes them again', () => {
    const one = following(begun(DOCUMENT), edit({ title: 'One' }));
    const two = following(one, edit({ 'endpoints.0.margin': 5 }));
    const back = following(following(two, { kind: 'undo' }), { kind: 'undo' });
    expect(back.present).toEqual(DOCUMENT);
    expect(following(back, { kind: 'undo' })).toBe(back);
    expect(following(following(back, { kind: 'redo' }), { kind: 'redo' }).present).toEqual(two.present);
  });

  it('takes what was typed at one place back at once, but each box that was ticked alone', () => {
    const typed = ['O', 'On', 'One'].reduce(
      (history, title) => following(history, edit({ title })),
      begun(DOCUMENT),
    );
    expect(following(typed, { kind: 'undo' }).present).toEqual(DOCUMENT);
    const ticked = [true, false].reduce(
      (history, simulated) => following(history, edit({ simulated })),
      begun(DOCUMENT),
    );
    expect(following(ticked, { kind: 'undo' }).present).toHaveProperty('simulated', true);
  });

  it('forgets what was taken back once something else is changed, and notes no change that is none', () => {
    const undone = following(following(begun(DOCUMENT), edit({ title: 'One' })), { kind: 'undo' });
    expect(following(undone, edit({ title: 'T' }))).toBe(undone);
    expect(following(undone, edit({ title: 'Two' })).future).toEqual([]);
  });
});
