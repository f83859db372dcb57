import { describe, expect, it } from 'vitest';
import { REGIONS } from '../ledger/forms.testing';
import { along, pairs, partner, sideOf, withoutSide } from './regions';

describe('regions of the brain', () => {
  it('stand in pairs of one name', () => {
    expect(pairs(REGIONS).map(({ name }) => name)).toEqual([
      'frontal',
      'parietal',
      'temporal',
      'occipital',
      'striatum',
      'cerebellum',
    ]);
    expect(pairs(REGIONS)[2]).toEqual({ name: 'temporal', left: 5, right: 6 });
    expect([sideOf('frontal_left'), sideOf('vermis'), withoutSide('striatum_right')]).toEqual([
      'left',
      null,
      'striatum',
    ]);
  });

  it('lead to the other side and back, and up and down on their own', () => {
    for (const [index] of REGIONS.entries()) {
      const site = index + 1;
      expect(partner(REGIONS, partner(REGIONS, site))).toBe(site);
      expect(partner(REGIONS, site)).not.toBe(site);
    }
    expect([
      along(REGIONS, 1, 1),
      along(REGIONS, 4, -1),
      along(REGIONS, 1, -1),
      along(REGIONS, 12, 1),
    ]).toEqual([3, 2, 1, 12]);
  });

  it('need not have a partner', () => {
    const regions = ['frontal_left', 'vermis', 'frontal_right'];
    expect([partner(regions, 2), along(regions, 2, 1), partner(regions, 1)]).toEqual([2, 2, 3]);
    expect(pairs(regions)).toEqual([{ name: 'frontal', left: 1, right: 3 }]);
  });
});
