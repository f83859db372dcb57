import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import type { Waiting } from '../api';

interface WaitingTextProps {
  waiting: Waiting;
  /** Most reads of a day, where that is known here. */
  cap?: number | null;
}

/** One sentence on what must come before the next read; times are of the reader's own clock, with its zone. */
export function WaitingText({ waiting: { reason, session, until }, cap = null }: WaitingTextProps) {
  const t = useT();
  const date = formatTime(useLanguage(), until);
  if (reason === 'questions') return t('reader.desk.questions', { number: session });
  if (reason === 'correction') return t('reader.desk.correction', { number: session });
  if (reason === 'washout') return t('reader.worklist.waiting', { number: session, date });
  return cap === null ? t('reader.desk.enough', { date }) : t('reader.desk.enoughOf', { count: cap, date });
}

export function questionsPage({ study, session }: Pick<Waiting, 'study' | 'session'>): string {
  return `/reading/questions/${study}/${session}`;
}
