import { describe, expect, it } from 'vitest';
import { judgement } from './judgements.testing';
import { matching, namesOf, treatment } from './treatment';

describe('the table of attributes', () => {
  const rows = treatment([judgement(0, {}), judgement(1, {}), judgement(2, { kind: 'pet' })]);

  it('has each attribute once with the number of its files, what is removed first', () => {
    expect(rows.map(({ path, action, files }) => [path, action, files])).toEqual([
      ['private 0011,xx01', 'removed', 3],
      ['0010,0010', 'changed', 3],
      ['0054,0016.0018,1072', 'kept', 3],
    ]);
  });

  it('shows an example of the first file that has one', () => {
    expect(rows[1]?.example).toEqual({ before: 'Name of P1', after: 'SUBJ-P1' });
    expect(rows[2]?.example).toBeNull();
  });

  it('calls attributes by their names, of repeating groups too', () => {
    const names = { '00540016': 'Radiopharmaceutical Information Sequence', '60xx3000': 'Overlay Data' };
    expect(namesOf('0054,0016.0018,1072', names)).toEqual(['Radiopharmaceutical Information Sequence', null]);
    expect(namesOf('6002,3000', names)).toEqual(['Overlay Data']);
  });

  it('is searched by all the words', () => {
    const words = (row: { path: string; reason: string }) => `${row.path} ${row.reason}`;
    expect(matching(rows, ' DOSE 0054', words)).toHaveLength(1);
    expect(matching(rows, 'dose private', words)).toHaveLength(0);
    expect(matching(rows, '  ', words)).toHaveLength(3);
  });
});
