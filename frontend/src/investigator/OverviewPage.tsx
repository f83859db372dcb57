import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { shortDigest } from '../shared/format';
import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Badge, Facts, Failure, PageHead, Panel, Progress } from '../shared/ui';
import { MilestonesPanel } from './charter/MilestonesPanel';
import './investigator.css';
import { readsOf, useAllocation, useCases, useProgress, useReport } from './queries';
import { STATE_TONE } from './states';

type Standing = 'done' | 'now' | 'later';

/** The way of a study in five steps: what is done, what is next, and where to do it. */
export default function OverviewPage() {
  const t = useT();
  const study = useStudy();
  const cases = useCases(study.id);
  const allocation = useAllocation(study.id);
  const progress = useProgress(study.id);
  const report = useReport(study.id);
  const error = cases.error ?? allocation.error ?? progress.error ?? report.error;

  const all = cases.data ?? [];
  const complete = all.filter((one) => one.complete).length;
  const { signed, total } = readsOf(progress.data);
  const allocated = Boolean(allocation.data);
  const opened = study.state !== 'draft' && study.state !== 'frozen';
  const locked = study.state === 'locked' || study.state === 'unblinded';
  const allSigned = total > 0 && signed === total;
  const reported = report.data?.state === 'ready';

  return (
    <>
      <PageHead title={study.title} lead={t('overview.lead')}>
        <Badge tone={STATE_TONE[study.state]}>{t(`study.state.${study.state}`)}</Badge>
      </PageHead>
      {error && <Failure error={error} />}
      <ol className="steps">
        <Step
          number={1}
          title={t('overview.setup')}
          standing={study.sites.length > 0 ? 'done' : 'now'}
          to="people"
        >
          {t('overview.sites', { count: study.sites.length })}
        </Step>
        <Step
          number={2}
          title={t('overview.cases')}
          standing={allocated ? 'done' : all.length > 0 || study.sites.length > 0 ? 'now' : 'later'}
          to="cases"
        >
          <Progress
            label={t('overview.complete')}
            value={complete}
            max={all.length}
            detail={t('overview.of', { done: complete, total: all.length })}
          />
        </Step>
        <Step
          number={3}
          title={t('overview.allocation')}
          standing={
            opened ? 'done' : allocated || (complete > 0 && complete === all.length) ? 'now' : 'later'
          }
          to="allocation"
        >
          {allocation.data
            ? t('overview.allocated', { reads: allocation.data.reads, readers: allocation.data.readers })
            : t('overview.notAllocated')}
        </Step>
        <Step
          number={4}
          title={t('overview.reading')}
          standing={locked || allSigned ? 'done' : opened ? 'now' : 'later'}
          to="progress"
        >
          {opened ? (
            <Progress
              label={t('overview.signed')}
              value={signed}
              max={total}
              detail={t('overview.of', { done: signed, total })}
            />
          ) : (
            t('overview.notOpened')
          )}
        </Step>
        <Step
          number={5}
          title={t('overview.report')}
          standing={reported ? 'done' : allSigned || locked ? 'now' : 'later'}
          to={report.data?.state === 'sealed' ? 'unblinding' : 'report'}
        >
          {reported
            ? t('overview.reported')
            : report.data?.state === 'sealed'
              ? t('overview.sealed')
              : t(locked ? 'overview.locked' : 'overview.notLocked')}
        </Step>
      </ol>
      <MilestonesPanel />
      {study.protocol && (
        <Panel
          title={t('overview.protocol')}
          aside={<Link href={`/studies/${study.id}/protocol`}>{t('overview.read')}</Link>}
        >
          <Facts
            items={[
              [t('overview.version'), String(study.protocol.version)],
              [
                t('overview.digest'),
                <code key="sha" title={study.protocol.sha256}>
                  {shortDigest(study.protocol.sha256)}…
                </code>,
              ],
              [
                t('people.sites'),
                study.sites.map((site) => `${site.code} ${site.name}`).join(t('list.separator')) || '–',
              ],
            ]}
          />
        </Panel>
      )}
    </>
  );
}

interface StepProps {
  number: number;
  title: string;
  standing: Standing;
  to: string;
  children: ReactNode;
}

function Step({ number, title, standing, to, children }: StepProps) {
  const t = useT();
  const study = useStudy();
  return (
    <li className={`step ${standing}`} aria-current={standing === 'now' ? 'step' : undefined}>
      <span className="step-number" aria-hidden="true">
        {standing === 'done' ? '✓' : number}
      </span>
      <div className="step-body">
        <h2>
          <Link href={`/studies/${study.id}/${to}`}>{title}</Link>
          <span className="visually-hidden"> {t(`overview.standing.${standing}`)}</span>
        </h2>
        <div>{children}</div>
      </div>
    </li>
  );
}
