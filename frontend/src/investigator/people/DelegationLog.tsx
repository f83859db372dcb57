import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Badge, Failure, Loading, Panel } from '../../shared/ui';
import { useDelegation } from './queries';

/** Who held which role from when to when, by whom, and why it ended. */
export function DelegationLog() {
  const t = useT();
  const language = useLanguage();
  const study = useStudy();
  const log = useDelegation(study.id);
  return (
    <Panel
      title={t('delegation.title')}
      flush
      aside={
        <a className="button" href={`/api/studies/${study.id}/delegation.csv`} download="delegation-log.csv">
          {t('delegation.csv')}
        </a>
      }
    >
      <p className="dim panel-lead">{t('delegation.lead')}</p>
      {log.error && <Failure error={log.error} retry={() => void log.refetch()} />}
      {log.isPending && <Loading />}
      {log.data && (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('people.name')}</th>
                <th scope="col">{t('people.role')}</th>
                <th scope="col">{t('people.site')}</th>
                <th scope="col">{t('delegation.from')}</th>
                <th scope="col">{t('delegation.until')}</th>
                <th scope="col">{t('delegation.reason')}</th>
              </tr>
            </thead>
            <tbody>
              {log.data.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    {row.full_name}
                    <div className="dim">{row.email}</div>
                  </th>
                  <td>{t(`role.${row.role}`)}</td>
                  <td>{row.site?.code ?? '–'}</td>
                  <td>
                    <span className="nowrap">{formatTime(language, row.began_at)}</span>
                    {row.began_by && <div className="dim">{t('delegation.by', { name: row.began_by })}</div>}
                  </td>
                  <td>
                    {row.ended_at ? (
                      <span className="nowrap">{formatTime(language, row.ended_at)}</span>
                    ) : (
                      <Badge tone="good">{t('delegation.inForce')}</Badge>
                    )}
                    {row.ended_by && <div className="dim">{t('delegation.by', { name: row.ended_by })}</div>}
                  </td>
                  <td className="log-reason">{row.ended_reason || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
