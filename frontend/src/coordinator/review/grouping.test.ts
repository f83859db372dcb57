import { describe, expect, it } from 'vitest';
import { changed, NONE } from './corrections';
import { type Given, grouped, imageKey, needsCare, type Place, personName } from './grouping';
import { judgement, type Said } from './judgements.testing';

const PLACES: Place[] = [
  { set: 'spect', state: 'stress' },
  { set: 'spect', state: 'rest' },
];

function given(files: Said[], change: Partial<Given> = {}): Given {
  const base = files.map((said, n) => judgement(n, said));
  return {
    base,
    now: base,
    busy: new Set(),
    corrections: NONE,
    kinds: ['spect', 'pet'],
    places: PLACES,
    ...change,
  };
}

const fillings = (files: Said[]) => grouped(given(files)).patients[0]?.places.map(({ filling }) => filling);

describe('judged files', () => {
  it('stand by patient and image, stress before rest', () => {
    const { patients, sending, bytes } = grouped(
      given([{ patient: 'P10', state: 'rest' }, { patient: 'P2' }, { patient: 'P10', state: 'stress' }]),
    );
    expect(
      patients.map(({ id, images }) => [id, images.map(({ description }) => description.state)]),
    ).toEqual([
      ['P2', ['stress']],
      ['P10', ['stress', 'rest']],
    ]);
    expect(sending).toEqual([0, 1, 2]);
    expect(bytes).toBe(300);
  });

  it('of one series with one slice each are one image, and missing slices are seen', () => {
    const slice = (n: number): Said => ({ kind: 'pet', series: '2.25.5', sop: `2.25.${n}`, slices: 3 });
    const { patients } = grouped(given([slice(1), slice(2)], { places: [{ set: 'pet', state: 'stress' }] }));
    expect(patients[0]?.images).toHaveLength(1);
    expect(patients[0]?.places[0]?.filling).toBe('partial');
  });

  it('that are copies of each other go once', () => {
    const { sending, copies } = grouped(given([{ sop: '2.25.1' }, { sop: '2.25.1' }]));
    expect([sending, copies]).toEqual([[0], 1]);
  });

  it('that the protocol has no use for stay here', () => {
    const { patients, sending, unwanted } = grouped(given([{ kind: 'ct', state: null }, {}]));
    expect(patients[0]?.images.map(({ standing }) => standing)).toEqual(['send', 'unwanted']);
    expect([sending, unwanted]).toEqual([[1], [0]]);
  });

  it('fill the places of the protocol', () => {
    expect(fillings([{}, { state: 'rest' }])).toEqual(['here', 'here']);
    expect(fillings([{}])).toEqual(['here', 'missing']);
    expect(fillings([{}, { state: null }])).toEqual(['here', 'waiting']);
    expect(fillings([{}, {}])).toEqual(['clash', 'missing']);
    expect(fillings([{ verdict: 'look', code: 'burned_in' }])).toEqual(['waiting', 'missing']);
  });

  it('corrected for attenuation stay here where the uncorrected image is, unless somebody wants them sent', () => {
    const files: Said[] = [{ corrected: true }, {}];
    const ac = imageKey(judgement(0, files[0] as Said));
    const { patients, sending, replaced, leftOut } = grouped(given(files));
    expect([sending, replaced, leftOut]).toEqual([[1], [0], []]);
    const row = patients[0]?.images.find(({ description }) => description.corrected);
    expect([row?.standing, row?.replaced]).toEqual(['left_out', true]);
    expect(patients[0]?.places[0]?.filling).toBe('here');

    const both = grouped(given(files, { corrections: changed(NONE, [ac], () => ({ keep: true })) }));
    expect([both.sending, both.replaced]).toEqual([[0, 1], []]);
    expect(both.patients[0]?.places[0]?.filling).toBe('clash');
  });

  it('corrected for attenuation go when they are the only ones, with a warning', () => {
    const { patients, sending } = grouped(given([{ corrected: true }, { state: 'rest' }]));
    expect(sending).toEqual([0, 1]);
    expect(patients[0]?.places.map(({ filling }) => filling)).toEqual(['corrected', 'here']);
    expect(patients.map(needsCare)).toEqual([true]);
    // Another patient's uncorrected image, or one that was left out, is no substitute.
    expect(grouped(given([{ corrected: true }, { patient: 'P2' }])).sending).toEqual([0, 1]);
    const files: Said[] = [{ corrected: true }, {}];
    const plain = imageKey(judgement(1, files[1] as Said));
    const left = grouped(given(files, { corrections: changed(NONE, [plain], () => ({ leaveOut: true })) }));
    expect([left.sending, left.leftOut, left.replaced]).toEqual([[0], [1], []]);
  });

  it('without a patient ID stand first, by examination', () => {
    const { patients, waiting } = grouped(given([{ patient: 'P1' }, { patient: '' }]));
    expect(patients.map(({ noId }) => noId)).toEqual([true, false]);
    expect(waiting).toBe(1);
    expect(patients.map(needsCare)).toEqual([true, false]);
  });

  it('of an image that was left out do not go, and do not take its place', () => {
    const files: Said[] = [{ series: '2.25.1' }, { series: '2.25.2' }];
    const first = imageKey(judgement(0, files[0] as Said));
    const { patients, sending, leftOut } = grouped(
      given(files, { corrections: changed(NONE, [first], () => ({ leaveOut: true })) }),
    );
    expect([sending, leftOut]).toEqual([[1], [0]]);
    expect(patients[0]?.places[0]?.filling).toBe('here');
  });

  it('stay the same image when its state is corrected', () => {
    const said = judgement(0, { state: 'rest' });
    const put = judgement(0, { state: 'rest' }, { state: 'stress' });
    const { patients } = grouped(given([{ state: 'rest' }], { base: [said], now: [put] }));
    const [row] = patients[0]?.images ?? [];
    expect(row?.key).toBe(imageKey(said));
    expect([row?.said.state, row?.description.state, row?.description.stateFrom]).toEqual([
      'rest',
      'stress',
      'coordinator',
    ]);
  });

  it('show a name as it is written on paper, in all its scripts', () => {
    expect(personName('Yamada^Tarou=山田^太郎=やまだ^たろう')).toBe(
      'Yamada Tarou · 山田 太郎 · やまだ たろう',
    );
    expect(personName('KAWAI^HIROKO^^DR')).toBe('KAWAI HIROKO DR');
  });
});

describe('images of heads', () => {
  const BRAIN: Place[] = [
    { set: 'uncorrected', state: 'perfusion' },
    { set: 'ctac', state: 'perfusion' },
  ];
  const head = (said: Said = {}): Said => ({ state: null, view: 'transaxial', verdict: 'send', ...said });
  const sent = (files: Said[]) => {
    const base = files.map((said, n) => ({ ...judgement(n, said), verdict: 'send' as const, code: '' }));
    return grouped(given(files, { base, now: base, kinds: ['spect'], places: BRAIN }));
  };

  it('need no state, and a corrected one does not stand in for an uncorrected one', () => {
    const { patients, sending, replaced } = sent([
      head({ corrected: true, correctedBy: 'ct' }),
      head(),
      head({ corrected: true, correctedBy: 'chang' }),
    ]);
    expect([sending, replaced]).toEqual([[0, 1, 2], []]);
    expect(patients[0]?.images.map(({ place }) => place?.set)).toEqual(['uncorrected', 'chang', 'ctac']);
    expect(patients[0]?.places.map(({ filling }) => filling)).toEqual(['here', 'here']);
  });

  it('that do not say by what they were corrected have no place', () => {
    const { patients } = sent([head({ corrected: true })]);
    expect(patients[0]?.images[0]?.place).toBeNull();
    expect(patients[0]?.places.map(({ filling }) => filling)).toEqual(['missing', 'missing']);
  });
});
