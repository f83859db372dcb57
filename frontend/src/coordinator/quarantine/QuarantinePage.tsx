import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../shared/api/client';
import type { WaitingCount } from '../../shared/api/types';
import { formatNumber, formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Badge, Empty, Failure, Loading, PageHead, Panel } from '../../shared/ui';
import { type Group, groupsOf } from './groups';
import { useKnown } from './Known';
import { OneGroup } from './OneGroup';
import { type Outcome, Outcomes } from './Outcomes';
import './quarantine.css';

/** Files that wait for a person of their site; to everybody else how many, and why. */
export default function QuarantinePage() {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  const decides = useMay('coordinator');
  const [chosen, setChosen] = useState<string | null>(null);
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const waiting = useQuery({
    queryKey: ['quarantine', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/quarantine', { study_id: study.id }, { signal }),
    refetchInterval: 30_000,
  });
  const groups = groupsOf(waiting.data?.files ?? []);
  const shown = groups.find(({ key }) => key === chosen) ?? groups[0];

  /** What became of the files is said when the list knows it too: nobody acts on a file that has gone. */
  const done = async (found: Outcome[]) => {
    void client.invalidateQueries({ queryKey: ['cases', study.id] });
    await client.invalidateQueries({ queryKey: ['quarantine', study.id] });
    setOutcomes(found);
  };

  return (
    <>
      <PageHead
        title={t('quarantine.title')}
        lead={t(decides ? 'quarantine.lead' : 'quarantine.leadCounts')}
      />
      {waiting.error && <Failure error={waiting.error} retry={() => void waiting.refetch()} />}
      {waiting.isPending && <Loading />}
      <Outcomes outcomes={outcomes} />
      {waiting.data && waiting.data.counts.length === 0 && (
        <Panel>
          <Empty title={t('quarantine.none')}>
            <p>{t('quarantine.noneText')}</p>
          </Empty>
        </Panel>
      )}
      {waiting.data && waiting.data.counts.length > 0 && !shown && <Counts counts={waiting.data.counts} />}
      {shown && (
        <div className="quarantine-columns">
          <Groups groups={groups} chosen={shown.key} onChoose={setChosen} />
          <OneGroup key={shown.key} group={shown} onDone={done} />
        </div>
      )}
    </>
  );
}

interface GroupsProps {
  groups: readonly Group[];
  chosen: string;
  onChoose: (key: string) => void;
}

function Groups({ groups, chosen, onChoose }: GroupsProps) {
  const t = useT();
  const lang = useLanguage();
  const known = useKnown();
  const sites = new Set(groups.map(({ site }) => site)).size;
  return (
    <nav className="quarantine-groups" aria-label={t('quarantine.reasons')}>
      {groups.map((group) => (
        <button
          key={group.key}
          type="button"
          aria-current={group.key === chosen ? 'true' : undefined}
          onClick={() => onChoose(group.key)}
        >
          <span className="quarantine-group-head">
            <Badge tone="warn">{t('quarantine.files', { count: group.files.length })}</Badge>
            {sites > 1 && <Badge>{group.site}</Badge>}
            <span className="dim">{t('quarantine.sentOn', { time: formatTime(lang, group.sentAt) })}</span>
          </span>
          <strong>{known(group).join(' · ')}</strong>
          <span>{group.message}</span>
          <span className="dim">{t('quarantine.until', { time: formatTime(lang, group.expiresAt) })}</span>
        </button>
      ))}
    </nav>
  );
}

function Counts({ counts }: { counts: readonly WaitingCount[] }) {
  const t = useT();
  const lang = useLanguage();
  return (
    <Panel flush>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('quarantine.site')}</th>
            <th scope="col">{t('quarantine.reason')}</th>
            <th scope="col" className="number">
              {t('quarantine.count')}
            </th>
            <th scope="col">{t('quarantine.first')}</th>
          </tr>
        </thead>
        <tbody>
          {counts.map((row) => (
            <tr key={`${row.site}/${row.code}`}>
              <td>{row.site}</td>
              <td>{row.message}</td>
              <td className="number">{formatNumber(lang, row.files)}</td>
              <td>{formatTime(lang, row.expires_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
