/** The protocol templates a study can start from. The document's shape and rules are the server's (studies/protocol.py). */

export interface Draft {
  title: string;
  /** What readers see; must not say what is compared. */
  readerTitle: string;
  investigator: string;
  sessions: number;
  washoutDays: number;
  simulated: boolean;
}

export const EMPTY_DRAFT: Draft = {
  title: '',
  readerTitle: '',
  investigator: '',
  sessions: 3,
  washoutDays: 28,
  simulated: false,
};

const TABLES = [
  'gray',
  'inverse_gray',
  'cool',
  'hot_iron',
  'hot_metal_blue',
  'warm_metal',
  'thermal',
  'siemens',
  's_pet',
  'ten_step',
  'twenty_step',
];

/** Three arms, stress and rest, 17 segments: the design of Kawakubo et al., Ann Nucl Med 2024;38:199-209. */
export function kawakuboReplica(draft: Draft): Record<string, unknown> {
  return {
    title: draft.title,
    reader_title: draft.readerTitle,
    simulated: draft.simulated,
    organ: 'heart',
    states: ['stress', 'rest'],
    arms: [
      { code: 'A', label: 'SPECT', image_set: 'spect' },
      { code: 'B', label: 'Virtual PET', image_set: 'virtual_pet' },
      { code: 'C', label: 'PET', image_set: 'pet' },
    ],
    reference_arm: 'C',
    sessions: draft.sessions,
    washout_days: draft.washoutDays,
    repeat_fraction: 0,
    form: {
      version: 1,
      segments: 17,
      scores: [0, 1, 2, 3, 4],
      fields: [
        { name: 'quality', kind: 'choice', values: [1, 2, 3, 4, 5], required: true },
        {
          name: 'overall',
          kind: 'choice',
          values: [
            'definitely_normal',
            'probably_normal',
            'equivocal',
            'probably_abnormal',
            'definitely_abnormal',
          ],
          required: true,
        },
        { name: 'confidence', kind: 'choice', values: [1, 2, 3, 4, 5], required: true },
        { name: 'comment', kind: 'text', values: [], required: false },
      ],
    },
    display: { tables: TABLES, default_table: 'cool', show_difference: true, show_sums: true },
    score_thresholds: [70, 50, 30, 10],
    margins: { score: 0.5, uptake: 5 },
  };
}

const TELLTALE = /spect|pet\b|virtual|synthetic|\bai\b|仮想|人工知能/i;

/** A title for readers that names what is compared would unblind them. */
export function givesAway(readerTitle: string): boolean {
  return TELLTALE.test(readerTitle);
}
