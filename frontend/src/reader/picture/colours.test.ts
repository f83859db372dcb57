import { describe, expect, it } from 'vitest';
import { colours, TABLE_NAMES, tableIndex } from './colours';

function distinct(rgba: Uint8ClampedArray): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at < rgba.length; at += 4) found.add(rgba.subarray(at, at + 3).join());
  return found;
}

function entry(name: (typeof TABLE_NAMES)[number], index: number): number[] {
  return [...colours(name).subarray(index * 4, index * 4 + 3)];
}

describe('colour tables', () => {
  it('with steps have exactly as many colours as steps', () => {
    expect(distinct(colours('ten_step')).size).toBe(10);
    expect(distinct(colours('twenty_step')).size).toBe(20);
    expect(distinct(colours('pet_20_step')).size).toBe(20);
  });

  it('hold a step until the next one begins', () => {
    expect(entry('ten_step', 25)).toEqual([0, 0, 0]);
    expect(entry('ten_step', 26)).toEqual([0x26, 0, 0x76]);
    expect(entry('ten_step', 255)).toEqual([0xff, 0xac, 0xd0]);
  });

  it('named PET 20 Step is the one of DICOM, twenty steps the plain one', () => {
    expect([entry('pet_20_step', 12), entry('pet_20_step', 13)]).toEqual([
      [0, 0, 0],
      [0x60, 0, 0x50],
    ]);
    expect([entry('twenty_step', 12), entry('twenty_step', 13)]).toEqual([
      [0, 0, 0],
      [0, 0, 0x7f],
    ]);
    expect([entry('pet_20_step', 255), entry('twenty_step', 255)]).toEqual([
      [255, 255, 255],
      [255, 255, 255],
    ]);
  });

  it('pass through their published control points', () => {
    expect(entry('ceretec', 127)).toEqual([0xfe, 0xa4, 0x04]);
    expect(entry('nih', 159)).toEqual([0xff, 0xff, 0x00]);
    expect(entry('siemens', 94)).toEqual([0xfd, 0x01, 0x06]);
    expect(entry('thermal', 119)).toEqual([0xf4, 0xff, 0xfe]);
    expect(entry('cool', 63)).toEqual([0x00, 0x80, 0x7d]);
    expect(entry('cool', 128)).toEqual([0x80, 0x00, 0xff]);
    expect(entry('hot_iron', 191)).toEqual([0xff, 0x7e, 0x00]);
    expect(entry('hot_metal_blue', 240)).toEqual([0xff, 0xe4, 0xce]);
    expect(entry('gray', 100)).toEqual([100, 100, 100]);
    expect(entry('inverse_gray', 100)).toEqual([155, 155, 155]);
  });

  it('are all opaque and 256 entries long', () => {
    for (const name of TABLE_NAMES) {
      const rgba = colours(name);
      expect(rgba.length).toBe(1024);
      for (let index = 0; index < 256; index++) expect(rgba[index * 4 + 3]).toBe(255);
    }
  });
});

describe('a window', () => {
  it('spreads the table between its limits and saturates beyond', () => {
    expect([-1, 0.2, 0.4, 0.8, 9].map((value) => tableIndex(value, 0.2, 0.8))).toEqual([0, 0, 85, 255, 255]);
  });
});
