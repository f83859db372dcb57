import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT, givesAway, kawakuboReplica } from './template';

describe('a title for readers', () => {
  it('must not name what is compared', () => {
    for (const title of ['Virtual PET study', 'SPECT reading', '仮想PETの評価', 'AI in perfusion']) {
      expect(givesAway(title), title).toBe(true);
    }
  });

  it('may say what everybody may know', () => {
    for (const title of ['Heart reading study', '心筋血流の読影試験', 'Repetition of perfusion scoring']) {
      expect(givesAway(title), title).toBe(false);
    }
  });
});

describe('the replica template', () => {
  it('takes over what was chosen', () => {
    const document = kawakuboReplica({
      ...EMPTY_DRAFT,
      title: 'T',
      readerTitle: 'R',
      sessions: 4,
      washoutDays: 14,
    });
    expect(document).toMatchObject({
      title: 'T',
      reader_title: 'R',
      sessions: 4,
      washout_days: 14,
      simulated: false,
    });
  });

  it('refers to an arm that it has', () => {
    const { arms, reference_arm } = kawakuboReplica(EMPTY_DRAFT) as {
      arms: { code: string }[];
      reference_arm: string;
    };
    expect(arms.map(({ code }) => code)).toContain(reference_arm);
  });
});
