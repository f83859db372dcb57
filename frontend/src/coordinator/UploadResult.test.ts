import { describe, expect, it } from 'vitest';
import { listOf } from './UploadResult';

describe('the list of patients and cases', () => {
  it('has a line for each patient, and nothing in it that a spreadsheet would compute', () => {
    const people = new Map([
      ['c1', [{ id: '0093860000', name: 'LINDGREN "INGA"' }]],
      ['c2', [{ id: '=1+1', name: '' }]],
    ]);
    const cases = [
      { id: 'c1', subject: 'A-0001' },
      { id: 'c2', subject: 'A-0002' },
    ];
    expect(listOf(cases, people)).toBe(
      '\ufeffcase,patient_id,patient_name\r\n"A-0001","0093860000","LINDGREN ""INGA"""\r\n"A-0002","\'=1+1",""\r\n',
    );
  });
});
