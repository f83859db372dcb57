import { describe, expect, it } from 'vitest';
import { checkClass } from './soundness';
import type { Item, Structure } from './tree';
import { PIXEL_DATA } from './tree';

const encoder = new TextEncoder();

function fileOf(patientId: string): Structure {
  const element = (value: string) => ({ vr: 'LO', value: encoder.encode(value), items: [] });
  const root: Item = new Map([
    [0x00080016, element('1.2.840.10008.5.1.4.1.1.20')],
    [0x00100020, element(patientId)],
    [PIXEL_DATA, element('..')],
  ]);
  return { root, pixels: 1, pixelBytes: 2, frames: 1, meta: new Map() } as unknown as Structure;
}

describe('a patient ID', () => {
  it('has 64 characters at most, blanks around it not counted', () => {
    for (const fits of ['4711', `${'4711'.repeat(16)}  `, '山'.repeat(64), `\u001b$B${'4711'.repeat(30)}`])
      expect(() => checkClass(fileOf(fits))).not.toThrow();
    for (const endless of [`${'4711'.repeat(16)}1`, '山'.repeat(86)])
      expect(() => checkClass(fileOf(endless))).toThrow('bad_value');
  });
});
