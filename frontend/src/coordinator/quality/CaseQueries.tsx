import { useT } from '../../shared/i18n';
import { Panel } from '../../shared/ui';
import { QueryThread } from './QueryThread';
import { useSiteQueries } from './siteQueries';
import './quality.css';

/** What the quality control asked the site about a case; nothing where it has asked nothing. */
export function CaseQueries({ caseId }: { caseId: string }) {
  const t = useT();
  const ofCase = (useSiteQueries().data ?? []).filter((query) => query.case.id === caseId);
  if (ofCase.length === 0) return null;
  return (
    <Panel title={t('queries.ofCase')}>
      {ofCase.map((query) => (
        <QueryThread key={query.id} query={query} />
      ))}
    </Panel>
  );
}
