import { describe, expect, it } from 'vitest';
import { Batch } from './batch';
import { type Corrections, changed, NONE } from './corrections';
import { engine, fileOf, type Said } from './judgements.testing';

const never = new AbortController().signal;

async function batchOf(files: Said[], remembered: Corrections = NONE) {
  const working = engine();
  let settle = () => {};
  const batch = new Batch(
    files.map((said, n) => fileOf(`folder/${n}.dcm`, said)),
    [{ path: 'folder/broken.zip', size: 5, code: 'zip_unreadable' }],
    working,
    { kinds: ['spect'], places: [{ set: 'spect', state: 'stress' }], fileBytes: 10_000 },
    () => {
      if (batch.review().busy === 0) settle();
    },
  );
  await batch.judge(remembered, () => {}, never);
  const settled = () =>
    new Promise<void>((resolve) => {
      settle = resolve;
      if (batch.review().busy === 0) resolve();
    });
  return { batch, working, settled, keyOf: (n: number) => batch.review().patients[0]?.images[n]?.key ?? '' };
}

describe('a folder before sending', () => {
  it('goes as its manifest says, with each report once', async () => {
    const { batch } = await batchOf([{ sop: '2.25.1' }, { sop: '2.25.2', state: 'rest' }]);
    const { lines, reports } = batch.manifest();
    expect(lines).toEqual([
      { n: 0, size: 100, sha256: '2.25.1 P1 stress unseen', report: 'spect' },
      { n: 1, size: 100, sha256: '2.25.2 P1 rest unseen', report: 'spect' },
    ]);
    expect([...reports.keys()]).toEqual(['spect']);
  });

  it('names what stays here, archives that could not be opened among them', async () => {
    const { batch } = await batchOf([{ verdict: 'kept_back', code: 'sop_class' }, {}]);
    expect(batch.review().kept).toMatchObject([
      { path: 'folder/broken.zip', code: 'zip_unreadable' },
      { path: 'folder/0.dcm', code: 'sop_class' },
    ]);
    expect(batch.manifest().lines.map(({ n }) => n)).toEqual([1]);
  });

  it('loses a file that cannot be read, and nothing else', async () => {
    const working = engine();
    const bad = { path: 'bad.dcm', size: 1, open: () => Promise.reject(new Error('gone')) };
    const batch = new Batch(
      [bad, fileOf('good.dcm', {})],
      [],
      working,
      { kinds: ['spect'], places: [], fileBytes: 10_000 },
      () => {},
    );
    await batch.judge(NONE, () => {}, never);
    expect(batch.review().kept).toMatchObject([{ path: 'bad.dcm', code: 'cannot_read' }]);
    expect(batch.review().sending).toEqual([1]);
  });

  it('keeps a file that is larger than the study accepts, without reading it', async () => {
    const huge = { path: 'huge.dcm', size: 10_001, open: () => Promise.reject(new Error('never')) };
    const batch = new Batch(
      [huge],
      [],
      engine(),
      { kinds: ['spect'], places: [], fileBytes: 10_000 },
      () => {},
    );
    await batch.judge(NONE, () => {}, never);
    expect(batch.review().kept).toMatchObject([{ path: 'huge.dcm', code: 'too_large' }]);
  });

  it('is judged again where it was corrected, and as before when that is taken back', async () => {
    const { batch, working, settled, keyOf } = await batchOf([{ sop: '2.25.1' }, { sop: '2.25.2' }]);
    batch.correct([keyOf(0)], (was) => ({ ...was, state: 'rest' }), never);
    expect(batch.review().busy).toBe(1);
    await settled();
    expect(batch.manifest().lines.map(({ sha256 }) => sha256)).toEqual([
      '2.25.1 P1 rest unseen',
      '2.25.2 P1 stress unseen',
    ]);
    const asked = working.asked.length;
    batch.undo(never);
    expect(batch.manifest().lines[0]?.sha256).toBe('2.25.1 P1 stress unseen');
    expect(working.asked).toHaveLength(asked); // what the file says by itself is known
    batch.redo(never);
    await settled();
    expect(batch.manifest().lines[0]?.sha256).toBe('2.25.1 P1 rest unseen');
  });

  it('takes the last of quick decisions', async () => {
    const { batch, settled, keyOf } = await batchOf([{ sop: '2.25.1' }]);
    const key = keyOf(0);
    for (const state of ['rest', 'stress', 'rest']) batch.correct([key], (was) => ({ ...was, state }), never);
    await settled();
    expect(batch.manifest().lines[0]?.sha256).toBe('2.25.1 P1 rest unseen');
  });

  it('gives the same manifest again when it is dropped again after the tab was closed', async () => {
    const files: Said[] = [
      { sop: '2.25.1', state: null },
      { sop: '2.25.2', patient: '' },
    ];
    const first = await batchOf(files);
    for (const { key, standing } of first.batch.review().patients.flatMap(({ images }) => images)) {
      expect(standing).toBe('ask');
      first.batch.correct([key], () => ({ state: 'stress', patientId: 'P7' }), never);
    }
    await first.settled();
    const again = await batchOf(files, first.batch.corrections);
    expect(again.batch.manifest()).toEqual(first.batch.manifest());
    expect(again.batch.manifest().lines).toHaveLength(2);
  });

  it('sends the bytes that its manifest announced', async () => {
    const { batch, settled, keyOf } = await batchOf([{ sop: '2.25.1' }]);
    batch.correct([keyOf(0)], () => ({ state: 'rest' }), never);
    await settled();
    const [line] = batch.manifest().lines;
    expect(new TextDecoder().decode(await batch.sealed(0))).toBe(line?.sha256);
  });

  it('waits for eyes file by file', async () => {
    const look: Said = { verdict: 'look', code: 'burned_in', kind: 'spect', series: '2.25.5', slices: 2 };
    const { batch, settled } = await batchOf([
      { ...look, sop: '2.25.1' },
      { ...look, sop: '2.25.2' },
    ]);
    expect(batch.review().patients[0]?.images[0]?.toLook).toEqual([0, 1]);
    batch.looked([0], { decision: 'clean' }, never);
    await settled();
    expect(batch.review().sending).toEqual([0]);
    batch.looked([1], { decision: 'leave_out' }, never);
    await settled();
    expect(batch.review()).toMatchObject({ sending: [0], waiting: 0, leftOut: [1] });
  });

  it('keeps corrections of other folders in its memory', async () => {
    const other = changed(NONE, ['another image'], () => ({ state: 'rest' }));
    const { batch, keyOf } = await batchOf([{}], other);
    batch.correct([keyOf(0)], () => ({ leaveOut: true }), never);
    expect([...batch.corrections.keys()]).toContain('another image');
  });
});
