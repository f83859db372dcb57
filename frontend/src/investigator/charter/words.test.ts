import { describe, expect, it } from 'vitest';
import { en } from '../../shared/i18n/en';
import { ja } from '../../shared/i18n/ja';
import choices from './choices.json';
import { LEAVES, ROOTS, SECTIONS } from './schema';
import { inFormWords, inWords, placeInWords, wordOf } from './words';

const catalogues: Record<string, Record<string, string>> = { en, ja };
const say = (key: string) => catalogues.en?.[key];
const DOCUMENT = {
  arms: [{ code: 'A' }, { code: 'B' }],
  endpoints: [{ name: 'Closer to PET', margin: 2 }],
};

describe('a place in words', () => {
  it('names items by what people call them', () => {
    expect(placeInWords('endpoints.0.margin', DOCUMENT, say)).toEqual([
      'Endpoints',
      '“Closer to PET”',
      'Margin',
    ]);
    expect(placeInWords('arms.1.label', DOCUMENT, say)).toEqual(['Arms', '“B”', 'Name']);
    expect(placeInWords('endpoints.4', DOCUMENT, say)).toEqual(['Endpoints', '5']);
  });
});

describe('what stands there', () => {
  it('is told in words of the field', () => {
    expect(inWords('conduct.ask_arm', true, say)).toEqual({ text: 'yes' });
    expect(inWords('arms.0.steps', [['spect'], ['spect', 'virtual_pet']], say)).toEqual({
      text: 'SPECT → SPECT + virtual PET',
    });
    expect(inWords('title', 'pet', say)).toEqual({ text: 'pet' });
    expect(inWords('qualification', null, say)).toEqual({ text: '–' });
  });

  it('says questions and answers as readers see them, beside their names', () => {
    const fields = [
      { name: 'overall', kind: 'choice', values: ['definitely_normal', 'a_own'], required: true },
      { name: 'territories', kind: 'choices', values: ['LAD'], required: true },
      { name: 'own_why', kind: 'text', values: [], when: { field: 'overall', in: ['definitely_normal'] } },
    ];
    const told = (lang: string) =>
      JSON.stringify(inWords('form.fields', fields, (key) => catalogues[lang]?.[key]));
    expect(told('en')).toContain('Definitely normal (definitely_normal), a_own');
    expect(told('en')).toContain('"own_why"');
    expect(told('en')).toContain('{"text":"LAD"}');
    expect(told('ja')).toContain('確実に正常（definitely_normal）、a_own');
    expect(told('ja').match(/確実に正常（definitely_normal）/g)).toHaveLength(2);
  });

  it('is told part by part where it has parts', () => {
    expect(inWords('adjudication', { mode: 'single', when: { segment_difference: 2 } }, say)).toEqual({
      parts: [
        {
          label: 'Adjudicated when two readers differ',
          told: { parts: [{ label: 'in a segment, by at least', told: { text: '2' } }] },
        },
        { label: 'Who decides', told: { text: 'one adjudicator' } },
      ],
    });
    expect(inWords('arms', [{ label: 'SPECT', code: 'A' }], say)).toEqual({
      parts: [{ label: 'A', told: { parts: [{ label: 'Name', told: { text: 'SPECT' } }] } }],
    });
  });
});

describe('the sentence of a broken rule', () => {
  it.each([
    [
      'repeat_fraction',
      'repeat_fraction must be 0, or from 0.1 to 0.2.',
      '“Hidden repeats, share of cases” must be 0, or from 0.1 to 0.2.',
      'repeat_fraction は0、または0.1から0.2まででなければなりません。',
      '「反復読影の割合（症例に対する比）」は0、または0.1から0.2まででなければなりません。',
    ],
    [
      'title',
      'title and reader_title must not be empty.',
      '“Title” and “Title for readers” must not be empty.',
      'title と reader_title は空にできません。',
      '「試験名」と「読影医向けの試験名」は空にできません。',
    ],
    [
      'multiplicity',
      'Several primary endpoints need a multiplicity: holm or fixed_sequence.',
      'Several primary endpoints need a multiplicity: “Holm” or “fixed sequence, in this order”.',
      '主要評価項目が複数ある場合は、多重性の調整が必要です：holm、fixed_sequence。',
      '主要評価項目が複数ある場合は、多重性の調整が必要です：「Holm法」、「固定順序法（この順）」。',
    ],
    [
      'endpoints.0.margin',
      'The endpoint e_1: non-inferiority and equivalence need a margin, superiority has none.',
      'The endpoint e_1: non-inferiority and equivalence need a margin, superiority has none.',
      '評価項目 e_1：非劣性と同等性にはマージンが必要です。',
      '評価項目 e_1：非劣性と同等性にはマージンが必要です。',
    ],
    [
      'adjudication.when',
      'adjudication.when must name at least one of segment_difference, category_field.',
      '“Adjudicated when two readers differ” must name at least one of “in a segment, by at least”, “in the answer to”.',
      'adjudication.when',
      '「2名の読影医が次のように異なるとき裁定する」',
    ],
  ])('at %s names fields and choices as the form does', (place, english, inEnglish, japanese, inJapanese) => {
    expect(inFormWords(english, place, say)).toBe(inEnglish);
    expect(inFormWords(japanese, place, (key) => catalogues.ja?.[key])).toBe(inJapanese);
  });
});

describe.each(['en', 'ja'])('the words of %s', (language) => {
  const has = (key: string) => catalogues[language]?.[key] !== undefined;

  it('name every field, section and part', () => {
    const parts = Object.keys(LEAVES).flatMap((path) => {
      const keys = path.split('.');
      return keys.map((_key, place) => keys.slice(0, place + 1).join('.'));
    });
    expect([...new Set(parts)].filter((path) => !has(`charter.at.${path}`))).toEqual([]);
    expect(
      SECTIONS.filter((name) => !has(`charter.section.${name}`) || !has(`charter.lead.${name}`)),
    ).toEqual([]);
    expect(
      Object.values(ROOTS)
        .flat()
        .filter((path) => !has(`charter.at.${path}`)),
    ).toEqual([]);
  });

  it('name every choice', () => {
    const { organs, most, ...others } = choices;
    const values = [
      ...Object.entries(organs).flatMap(([name, organ]) => [
        name,
        ...organ.states,
        ...organ.image_sets,
        ...organ.tables,
        ...organ.cine,
      ]),
      ...Object.values(others).flat(2),
    ];
    expect(
      values.filter((value) => wordOf(value, (key) => catalogues[language]?.[key] && 'a word') !== 'a word'),
    ).toEqual([]);
  });
});
