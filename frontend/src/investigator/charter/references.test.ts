import { describe, expect, it } from 'vitest';
import { armRecoded, questionRenamed, valuesOf } from './references';

const DOCUMENT = {
  arms: [{ code: 'A' }, { code: 'B' }],
  reference_arm: 'B',
  endpoints: [{ compare: ['A', 'A.1'], against: 'B' }],
  form: { fields: [{ name: 'overall' }, { name: 'why', when: { field: 'overall', in: ['abnormal'] } }] },
  adjudication: { when: { category_field: 'overall' } },
};

describe('another code of an arm', () => {
  it('is followed by the reference and the endpoints', () => {
    expect(armRecoded(DOCUMENT, 0, 'X')).toEqual({ 'arms.0.code': 'X', 'endpoints.0.compare': ['X', 'X.1'] });
    expect(armRecoded(DOCUMENT, 1, 'P')).toEqual({
      'arms.1.code': 'P',
      reference_arm: 'P',
      'endpoints.0.against': 'P',
    });
  });

  it('takes nothing along while two arms have the same', () => {
    const twice = { ...DOCUMENT, arms: [{ code: 'B' }, { code: 'B' }] };
    expect(armRecoded(twice, 0, 'X')).toEqual({ 'arms.0.code': 'X' });
  });
});

describe('another name of a question', () => {
  it('is followed by conditions and the adjudication', () => {
    expect(questionRenamed(DOCUMENT, 0, 'verdict')).toEqual({
      'form.fields.0.name': 'verdict',
      'form.fields.1.when.field': 'verdict',
      'adjudication.when.category_field': 'verdict',
    });
  });
});

describe('the values of a choice', () => {
  it('are numbers only where all are', () => {
    expect(valuesOf('1, 2,3')).toEqual([1, 2, 3]);
    expect(valuesOf('LAD、RCA\n1')).toEqual(['LAD', 'RCA', '1']);
    expect(valuesOf(' , ')).toEqual([]);
  });
});
