import { describe, expect, it } from 'vitest';
import type { Case, CaseImage, SiteQuery } from '../../shared/api/types';
import { nextCase, rowsOf } from './waiting';

const image = (id: string, more: Partial<CaseImage> = {}) =>
  ({
    id,
    image_set: 'spect',
    state: 'stress',
    status: 'ready',
    qc: 'pending',
    confirmed: false,
    ...more,
  }) as CaseImage;
const one = (subject: string, ...images: CaseImage[]) =>
  ({ id: subject, subject, images }) as unknown as Case;
const query = (of: string, about: string | null, more: Partial<SiteQuery>) =>
  ({
    id: `${of}/${about}`,
    case: { id: of, subject: of },
    image: about ? { id: about } : null,
    state: 'open',
    overdue: false,
    ...more,
  }) as SiteQuery;

describe('what waits for the quality control', () => {
  it('comes with what can be done now first, and without what is settled', () => {
    const cases = [
      one('A-10', image('a'), image('b', { state: 'rest', qc: 'rejected' })),
      one('A-2', image('c'), image('d', { image_set: 'pet', qc: 'accepted', confirmed: true })),
      one('A-3', image('e'), image('f', { image_set: 'pet', status: 'deriving' })),
      one('A-4', image('g', { qc: 'accepted' })),
      one('A-5', image('h')),
    ];
    const queries = [
      query('A-2', 'c', { state: 'answered' }),
      query('A-3', 'e', { overdue: true }),
      query('A-3', null, {}),
      query('A-5', 'h', { state: 'closed' }),
    ];
    expect(
      rowsOf(cases, queries).map(({ one: { subject }, image: of, waits }) => [subject, of?.id, waits]),
    ).toEqual([
      ['A-2', 'c', 'answered'],
      ['A-5', 'h', 'check'],
      ['A-10', 'a', 'check'],
      ['A-3', 'e', 'overdue'],
      ['A-3', undefined, 'queried'],
      ['A-4', 'g', 'before'],
    ]);
  });

  it('goes on to the next case and from the last one to the first', () => {
    const rows = rowsOf([one('A-1', image('a')), one('A-2', image('b')), one('A-10', image('c'))], []);
    expect(nextCase(rows, 'A-2')?.one.subject).toBe('A-10');
    expect(nextCase(rows, 'A-10')?.one.subject).toBe('A-1');
    expect(nextCase(rowsOf([one('A-1', image('a'))], []), 'A-1')).toBeUndefined();
  });
});
