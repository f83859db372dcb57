import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { answersFor, changed, History, isLeftOut, NONE } from './corrections';
import { openMemory } from './memory';

describe('a correction', () => {
  it('is the answer for every file of its image, what was seen in the pixels for one file only', () => {
    const made = changed(NONE, ['image'], (was) => ({
      ...was,
      state: 'stress',
      looked: { '2.25.1': { decision: 'clean' } },
    })).get('image');
    expect(answersFor(made, '2.25.1')).toEqual({ state: 'stress', pixels: 'seen' });
    expect(answersFor(made, '2.25.2')).toEqual({ state: 'stress' });
    expect(answersFor(undefined, '2.25.1')).toBeUndefined();
  });

  it('that says nothing any more is gone', () => {
    const out = changed(NONE, ['image'], (was) => ({ ...was, leaveOut: true }));
    expect(isLeftOut(out.get('image'), '2.25.1')).toBe(true);
    expect(changed(out, ['image'], (was) => ({ ...was, leaveOut: false })).size).toBe(0);
  });

  it('can be taken back, and taken again until something else is decided', () => {
    const history = new History(NONE);
    const decide = (state: string) => history.step(changed(history.now, ['image'], () => ({ state })));
    decide('stress');
    decide('rest');
    decide('rest'); // the same again is no step
    history.undo();
    expect(history.now.get('image')?.state).toBe('stress');
    history.redo();
    expect(history.now.get('image')?.state).toBe('rest');
    history.undo();
    history.undo();
    expect([history.now.size, history.canUndo, history.canRedo]).toEqual([0, false, true]);
    decide('stress');
    expect(history.canRedo).toBe(false);
  });
});

describe('the memory of corrections', () => {
  const key = new Uint8Array(32).fill(7);
  const made = changed(NONE, ['2.25.99'], () => ({ patientId: 'KAWAI-4711', state: 'rest' }));

  it('gives them back to the same site, after the tab was closed', async () => {
    await (await openMemory('study', key)).save(made);
    expect(await (await openMemory('study', key)).load()).toEqual(made);
  });

  it('gives nothing to another site, another study, or who opens the database', async () => {
    await (await openMemory('study', key)).save(made);
    expect((await (await openMemory('study', new Uint8Array(32))).load()).size).toBe(0);
    expect((await (await openMemory('other', key)).load()).size).toBe(0);
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('corrections before sending');
      opening.onsuccess = () => resolve(opening.result);
    });
    const all = await new Promise<{ data: ArrayBuffer }[]>((resolve) => {
      const asked = database.transaction('sealed').objectStore('sealed').getAll();
      asked.onsuccess = () => resolve(asked.result);
    });
    expect(all.length).toBeGreaterThan(0);
    for (const { data } of all) expect(new TextDecoder('latin1').decode(data)).not.toContain('KAWAI');
  });

  it('lets go of what nobody needed for three months', async () => {
    const day = 24 * 3600 * 1000;
    await (await openMemory('old', key, () => 0)).save(made);
    expect((await (await openMemory('old', key, () => 89 * day)).load()).size).toBe(1);
    expect((await (await openMemory('old', key, () => 91 * day)).load()).size).toBe(0);
  });
});
