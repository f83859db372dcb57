import { Fragment } from 'react';
import { Link } from 'wouter';
import { useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Banner } from '../../shared/ui';

/** What became of one file after a decision. */
export interface Outcome {
  what: 'taken' | 'kept' | 'discarded';
  /** Why it is still kept. */
  message: string;
  case: { id: string; subject: string } | null;
}

export function Outcomes({ outcomes }: { outcomes: readonly Outcome[] }) {
  const t = useT();
  const study = useStudy();
  const taken = outcomes.filter(({ what }) => what === 'taken');
  const discarded = outcomes.filter(({ what }) => what === 'discarded');
  const kept = outcomes.filter(({ what }) => what === 'kept');
  const cases = new Map(taken.flatMap((one) => (one.case ? [[one.case.id, one.case.subject] as const] : [])));
  const reasons = [...new Set(kept.map(({ message }) => message))];
  return (
    <>
      {taken.length > 0 && (
        <Banner tone="good">
          {t('quarantine.taken', { count: taken.length })}{' '}
          {[...cases].map(([id, subject], n) => (
            <Fragment key={id}>
              {n > 0 && t('quarantine.between')}
              <Link href={`/studies/${study.id}/cases/${id}`}>
                {n > 0 ? subject : t('quarantine.toCase', { subject })}
              </Link>
            </Fragment>
          ))}
        </Banner>
      )}
      {discarded.length > 0 && <Banner>{t('quarantine.discarded', { count: discarded.length })}</Banner>}
      {reasons.map((message) => (
        <Banner key={message} tone="warn">
          {t('quarantine.kept', { count: kept.filter((one) => one.message === message).length, message })}
        </Banner>
      ))}
    </>
  );
}
