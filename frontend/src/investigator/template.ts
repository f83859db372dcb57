/** The protocols that a study can start from come from the server (studies/templates.py); here they are filled in. */
import type { MessageKey } from '../shared/i18n';

export type TemplateName =
  | 'kawakubo_replica'
  | 'aided_sequential'
  | 'aided_side_by_side'
  | 'brain_attenuation';

/** What the page reads of a document; the rest of it stays as it is. */
export interface ProtocolDocument extends Record<string, unknown> {
  arms: readonly { code: string; label: string }[];
  sessions: number;
  washout_days: number;
}

export interface Template {
  name: TemplateName;
  document: ProtocolDocument;
}

export interface Draft {
  title: string;
  /** What readers see; must not say what is compared. */
  readerTitle: string;
  investigator: string;
  /** Empty: none is named by the administrator. */
  monitor: string;
  /** Null: as the template has it. */
  sessions: number | null;
  washoutDays: number | null;
  simulated: boolean;
}

export const EMPTY_DRAFT: Draft = {
  title: '',
  readerTitle: '',
  investigator: '',
  monitor: '',
  sessions: null,
  washoutDays: null,
  simulated: false,
};

export const WORDS = {
  kawakubo_replica: { name: 'new.replica', text: 'new.replicaText' },
  aided_sequential: { name: 'new.sequential', text: 'new.sequentialText' },
  aided_side_by_side: { name: 'new.sideBySide', text: 'new.sideBySideText' },
  brain_attenuation: { name: 'new.brain', text: 'new.brainText' },
} as const satisfies Record<TemplateName, { name: MessageKey; text: MessageKey }>;

export function filledIn({ document }: Template, draft: Draft): ProtocolDocument {
  return {
    ...document,
    title: draft.title,
    reader_title: draft.readerTitle,
    simulated: draft.simulated,
    sessions: draft.sessions ?? document.sessions,
    washout_days: draft.washoutDays ?? document.washout_days,
  };
}

const TELLTALE =
  /spect|pet\b|virtual|synthetic|\bai\b|ctac|\bchang\b|attenuation|correct(ed|ion)|aided|仮想|人工知能|減弱|吸収|補正|支援/i;

/** A title for readers that names what is compared would unblind them. */
export function givesAway(readerTitle: string): boolean {
  return TELLTALE.test(readerTitle);
}
