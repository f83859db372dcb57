import { describe, expect, it } from 'vitest';
import type { WaitingFile } from '../../shared/api/types';
import { groupsOf, isOneDecision, isWhole } from './groups';

const file = (
  id: string,
  upload: string,
  code: string,
  expires_at = '2026-12-01T00:00:00Z',
  more: Partial<WaitingFile> = {},
): WaitingFile => ({
  id,
  upload,
  n: 0,
  site: { id: 's', code: 'A', name: 'Hospital A' },
  size: 1,
  code,
  message: `${code}.`,
  helps: code === 'state_unknown' ? ['state'] : [],
  instead: '',
  created_at: '2026-11-01T00:00:00Z',
  expires_at,
  shows: null,
  case: null,
  patient: '',
  series: '',
  ...more,
});

describe('files that wait', () => {
  it('are grouped by upload and reason, in their order', () => {
    const groups = groupsOf([
      file('1', 'u', 'burned_in'),
      file('2', 'u', 'state_unknown', '2026-12-03T00:00:00Z'),
      file('3', 'v', 'state_unknown'),
      file('4', 'u', 'state_unknown', '2026-12-02T00:00:00Z'),
    ]);
    expect(groups.map(({ files }) => files.map(({ id }) => id))).toEqual([['1'], ['2', '4'], ['3']]);
    expect(groups[1]).toMatchObject({ code: 'state_unknown', expiresAt: '2026-12-02T00:00:00Z' });
  });
});

describe('files of other patients, series or places', () => {
  const of = (id: string, more: Partial<WaitingFile>) => file(id, 'u', 'second_series', undefined, more);
  const rest = {
    kind: 'spect',
    state: 'rest',
    state_from: 'ImageID',
    view: null,
    view_from: '',
    corrected: false,
  } as const;

  it('are never in one group', () => {
    const groups = groupsOf([
      of('1', { patient: 'a', series: 'x', shows: rest }),
      of('2', { patient: 'b', series: 'x', shows: rest }),
      of('3', { patient: 'a', series: 'y', shows: rest }),
      of('4', { patient: 'a', series: 'x', shows: { ...rest, state: 'stress' } }),
      of('5', { patient: 'a', series: 'x', shows: rest }),
    ]);
    expect(groups.map(({ files }) => files.map(({ id }) => id))).toEqual([['1', '5'], ['2'], ['3'], ['4']]);
  });

  it('are decided as one only within a known series, and never where an image is replaced', () => {
    const [unknown] = groupsOf([file('1', 'u', 'state_unknown')]);
    const [known] = groupsOf([file('1', 'u', 'state_unknown', undefined, { series: 'x' })]);
    const [second] = groupsOf([of('1', { series: 'x', helps: ['replace'] })]);
    expect([unknown, known, second].map((group) => group && isOneDecision(group))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('a decision', () => {
  it('is whole when it says what was asked', () => {
    expect(isWhole(['state'], {})).toBe(false);
    expect(isWhole(['state'], { state: 'rest' })).toBe(true);
    expect(isWhole(['patient_id'], { patient_id: '  ' })).toBe(false);
    expect(isWhole(['replace'], { replace: 'moved' })).toBe(true);
  });

  it('cannot be given where nothing helps, or where the picture must be looked at', () => {
    expect(isWhole([], { state: 'rest' })).toBe(false);
    expect(isWhole(['pixels'], {})).toBe(false);
  });
});
