import { Link, useLocation } from 'wouter';
import type { components } from '../../shared/api/schema';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Failure, Loading, Panel } from '../../shared/ui';
import './charter.css';
import { useMilestones } from './queries';

type Milestone = components['schemas']['Milestone'];
type Check = components['schemas']['Check'];

/** Where each thing that is missing is mended. */
const MENDED: Record<Check['condition'], string> = {
  charter: 'protocol/edit',
  endpoint: 'protocol/edit',
  readers: 'people',
  qualification: 'qualification',
  cases: 'cases',
  no_case_waits: 'cases',
  no_late_case: 'allocation',
  allocated: 'allocation',
  same_charter: 'protocol/versions',
  signed: 'progress',
  adjudicated: 'progress',
  blocks_open: 'allocation',
  unlocks_answered: 'progress',
  report: 'report',
  second_person: 'people',
};

/** Where the step itself is taken. */
const TAKEN: Partial<Record<Milestone['state'], string>> = {
  frozen: 'protocol',
  open: 'allocation',
  locked: 'report',
  unblinded: 'unblinding',
};

/** The states of a study in order: who reached each, when and why; and what is missing before the next. */
export function MilestonesPanel() {
  const t = useT();
  const study = useStudy();
  const milestones = useMilestones(study.id);
  return (
    <Panel title={t('milestones.title')}>
      {milestones.error && <Failure error={milestones.error} retry={() => void milestones.refetch()} />}
      {milestones.isPending && <Loading />}
      {milestones.data && (
        <ol className="milestones">
          {milestones.data.map((milestone) => (
            <Row key={milestone.state} milestone={milestone} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Row({ milestone }: { milestone: Milestone }) {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const { state, reached, checks } = milestone;
  const standing = reached ? 'done' : checks.length > 0 ? 'next' : 'later';
  const isReady = checks.every((check) => check.met || !check.needed);
  const taken = TAKEN[state] && `/studies/${study.id}/${TAKEN[state]}`;
  const [location] = useLocation();
  return (
    <li className={`milestone ${standing}`}>
      <span className="milestone-mark" aria-hidden="true">
        {standing === 'done' ? '✓' : standing === 'next' ? '➜' : '·'}
      </span>
      <strong>
        {t(`study.state.${state}`)}
        <span className="visually-hidden"> {t(`milestones.${standing}`)}</span>
      </strong>
      <div>
        {reached && (
          <>
            {reached.by
              ? t(reached.signed ? 'milestones.signedBy' : 'milestones.by', {
                  name: reached.by,
                  at: formatTime(lang, reached.at),
                })
              : t('milestones.bySystem', { at: formatTime(lang, reached.at) })}
            {reached.reason && <div className="dim">{reached.reason}</div>}
          </>
        )}
        {checks.length > 0 && (
          <div className="stack">
            <ul className="checks">
              {checks.map((check) => (
                <Checked key={check.condition} check={check} />
              ))}
            </ul>
            {isReady && taken && location !== taken && (
              <p>
                <Link href={taken}>{t('milestones.ready')}</Link>
              </p>
            )}
          </div>
        )}
        {standing === 'later' && t('milestones.notYet')}
      </div>
    </li>
  );
}

function Checked({ check }: { check: Check }) {
  const t = useT();
  const study = useStudy();
  const { condition, met, needed, done, of, detail } = check;
  const look = met ? 'met' : needed ? 'missing' : 'wise';
  return (
    <li>
      <span className={look} aria-hidden="true">
        {met ? '✓' : needed ? '✗' : '!'}
      </span>
      <span>
        <span className="visually-hidden">{t(`milestones.${look}`)} </span>
        {t(`milestones.check.${condition}`, { done: done ?? 0, of: of ?? 0 })}
        {detail && <div className="dim">{detail}</div>}
        {!met && (
          <>
            {' '}
            <Link href={`/studies/${study.id}/${MENDED[condition]}`}>
              {t('milestones.mend')}
              <span className="visually-hidden">
                {' '}
                {t(`milestones.check.${condition}`, { done: done ?? 0, of: of ?? 0 })}
              </span>
            </Link>
          </>
        )}
      </span>
    </li>
  );
}
