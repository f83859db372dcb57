import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT, filledIn, givesAway, type Template } from './template';

describe('a title for readers', () => {
  it('must not name what is compared', () => {
    for (const title of [
      'Virtual PET study',
      'SPECT reading',
      '仮想PETの評価',
      'AI in perfusion',
      'Aided reading',
      'Brain CTAC',
      '減弱補正の比較',
    ]) {
      expect(givesAway(title), title).toBe(true);
    }
  });

  it('may say what everybody may know', () => {
    for (const title of ['Heart reading study', '心筋血流の読影試験', 'Repetition of perfusion scoring']) {
      expect(givesAway(title), title).toBe(false);
    }
  });
});

describe('a template', () => {
  const template: Template = {
    name: 'aided_sequential',
    document: {
      title: '',
      reader_title: '',
      simulated: false,
      arms: [
        { code: 'A', label: 'SPECT, then with virtual PET' },
        { code: 'B', label: 'PET' },
      ],
      sessions: 2,
      washout_days: 28,
      form: { version: 2 },
    },
  };

  it('takes over what was chosen, and keeps the rest', () => {
    const draft = {
      ...EMPTY_DRAFT,
      title: 'T',
      readerTitle: 'R',
      sessions: 4,
      washoutDays: 14,
      simulated: true,
    };
    expect(filledIn(template, draft)).toEqual({
      ...template.document,
      title: 'T',
      reader_title: 'R',
      sessions: 4,
      washout_days: 14,
      simulated: true,
    });
  });

  it('says itself how many sessions it needs and how far apart', () => {
    expect(filledIn(template, EMPTY_DRAFT)).toMatchObject({ sessions: 2, washout_days: 28 });
  });
});
