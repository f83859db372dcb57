import { Link } from 'wouter';
import { STATE_TONE } from '../investigator/states';
import { useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { homeOfStudy } from '../shared/shell/studies';
import { Badge, Empty, Failure, Loading, PageHead, Panel } from '../shared/ui';
import { byStudy, type StudyDue, withoutRole } from './byStudy';
import { DueItems } from './DueItems';
import { useDue } from './queries';

/** Where the work of everybody begins who does more than read. */
export default function DuePage() {
  const t = useT();
  const session = useSession();
  const due = useDue();
  const studies = byStudy(session, due.data ?? []);
  const asked = withoutRole(session, due.data ?? []);
  const idle = studies.filter(({ items }) => items.length === 0);
  return (
    <>
      <PageHead title={t('due.title')} lead={t('due.lead')} />
      {due.isPending && <Loading />}
      {due.isError && <Failure error={due.error} retry={() => void due.refetch()} />}
      {due.isSuccess && due.data.length === 0 && (
        <Panel>
          <Empty title={t('due.nothing')}>
            <p>{t('due.nothingText')}</p>
          </Empty>
        </Panel>
      )}
      {studies
        .filter(({ items }) => items.length > 0)
        .map((entry) => (
          <Panel key={entry.study.id}>
            <div className="due-head">
              <Name entry={entry} heading />
            </div>
            <DueItems items={entry.items} />
          </Panel>
        ))}
      {asked.length > 0 && (
        <Panel>
          <DueItems items={asked} named />
        </Panel>
      )}
      {due.data && idle.length > 0 && (
        <Panel title={t(idle.length === studies.length ? 'due.studies' : 'due.otherStudies')}>
          <ul className="due-idle">
            {idle.map((entry) => (
              <li key={entry.study.id}>
                <Name entry={entry} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

/** A study, the way into it, and what the person is in it. */
function Name({ entry: { study, roles }, heading = false }: { entry: StudyDue; heading?: boolean }) {
  const t = useT();
  const link = <Link href={homeOfStudy(study.id, roles)}>{study.title}</Link>;
  return (
    <>
      {heading ? <h2>{link}</h2> : link}
      <Badge tone={STATE_TONE[study.state]}>{t(`study.state.${study.state}`)}</Badge>
      <span className="dim">{roles.map((role) => t(`role.${role}`)).join(t('list.separator'))}</span>
    </>
  );
}
