import { describe, expect, it, vi } from 'vitest';
import { EMPTY_HEART, READ } from '../ledger/forms.testing';
import { Server } from '../ledger/server.testing';
import { memoryLedger } from '../ledger/store';
import { arrange } from '../picture/layout';
import { paired } from '../picture/layouts.testing';
import { planeOf, samplingOf, type ViewName, type Volume } from '../picture/slices';
import { ended, perform } from './commands';
import { Reading } from './reading';

function open(part: Partial<typeof READ> = {}): Reading {
  vi.stubGlobal('document', { visibilityState: 'visible' });
  const read = { ...READ, draft: EMPTY_HEART, ...part };
  return new Reading(read, memoryLedger(), [], new Server(READ.form));
}

const VIEWS: readonly ViewName[] = ['SA', 'VLA', 'HLA', 'TRA', 'COR', 'SAG'];
const volume: Volume = {
  dims: [8, 8, 8],
  spacing: 2,
  values: new Float32Array(512),
  ventricle: { apex_k: 1, base_k: 6, radius_mm: 4 },
};

describe('a nudge', () => {
  it.each(VIEWS)('moves the picture the way of the arrow in %s', (name) => {
    const counts = { SA: 4, VLA: 4, HLA: 4, TRA: 4, COR: 4, SAG: 4 };
    const plane = planeOf(name, 1, 4, volume, samplingOf({ '1 rest': volume }, counts));
    const reading = open();
    perform('nudge.right', reading, name);
    perform('nudge.down', reading, name);
    const moved = reading.snapshot().view.nudge.rest ?? [0, 0, 0];
    const along = (way: readonly number[]) =>
      Math.sign(moved.reduce((sum, mm, axis) => sum + mm * (way[axis] as number), 0));
    expect([along(plane.right), along(plane.down)]).toEqual([1, 1]);
    perform('nudge.left', reading, name);
    perform('nudge.up', reading, name);
    expect(reading.snapshot().view.nudge.rest).toEqual([0, 0, 0]);
  });

  it('moves rest against stress, and nothing where there is one state', () => {
    const reading = open();
    perform('nudge.right', reading, 'SA');
    const { view } = reading.snapshot();
    const tiles = arrange(
      paired(12, 2),
      { '1 stress': volume, '1 rest': volume },
      view.shifts,
      view.nudge,
    ).tiles;
    const centre = (row: number) =>
      tiles.find((tile) => tile.row === row && tile.column === 3)?.plane.centre[0];
    expect([centre(0), centre(1)]).toEqual([3.5, 3]);
    const brain = open({ form: { ...READ.form, states: ['perfusion'] } });
    perform('nudge.right', brain, 'TRA');
    expect(brain.snapshot().view.nudge).toEqual({});
  });
});

describe('commands of the view', () => {
  it('go through layouts and sets, and switch what is drawn over the pictures', () => {
    const slot = { state: 'rest', dims: [1, 1, 1], spacing_mm: 2, full_scale: 1, lv: null, polar: null };
    const slots = [1, 2].map((set) => ({ ...slot, set, contour: false })) as typeof READ.slots;
    const reading = open({ slots });
    for (const command of ['layout.next', 'set.other', 'show.contour', 'show.interpolation'] as const) {
      expect(perform(command, reading, 'SA')).toBe(true);
    }
    expect(reading.snapshot().view).toMatchObject({
      layout: '6x16',
      set: 2,
      contour: true,
      interpolate: false,
    });
  });

  it('end a glance at gray with its key', () => {
    const reading = open();
    perform('table.peek', reading, 'SA');
    expect(reading.snapshot().view.peek).toBe(true);
    ended('table.peek', reading);
    expect(reading.snapshot().view.peek).toBe(false);
  });
});
