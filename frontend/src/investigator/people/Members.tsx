import { useState } from 'react';
import type { Member } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Banner, Button, Failure, Loading, Panel } from '../../shared/ui';
import { EndRole } from './EndRole';
import { useMembers } from './queries';
import { isLastInvestigator } from './roles';

/** Who holds which role now. */
export function Members() {
  const t = useT();
  const language = useLanguage();
  const study = useStudy();
  const manages = useMay('investigator');
  const members = useMembers(study.id);
  const [ending, setEnding] = useState<Member | null>(null);
  const [ended, setEnded] = useState<Member | null>(null);
  const list = members.data ?? [];
  return (
    <Panel title={t('people.members')} flush>
      {members.error && <Failure error={members.error} retry={() => void members.refetch()} />}
      {members.isPending && <Loading />}
      {ended && (
        <div className="panel-said">
          <Banner tone="good">
            {t('people.ended', { name: ended.full_name, role: t(`role.${ended.role}`) })}
          </Banner>
        </div>
      )}
      {members.data && (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('people.name')}</th>
                <th scope="col">{t('people.role')}</th>
                <th scope="col">{t('people.site')}</th>
                <th scope="col">{t('people.since')}</th>
                {manages && (
                  <th scope="col">
                    <span className="visually-hidden">{t('people.actions')}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {list.map((member) => (
                <tr key={member.id}>
                  <th scope="row">
                    {member.full_name}
                    <div className="dim">{member.email}</div>
                  </th>
                  <td>{t(`role.${member.role}`)}</td>
                  <td>{member.site?.code ?? '–'}</td>
                  <td className="nowrap">{formatTime(language, member.began_at)}</td>
                  {manages && (
                    <td className="row-actions">
                      {isLastInvestigator(list, member) ? (
                        <span className="dim">{t('people.last')}</span>
                      ) : (
                        <Button
                          aria-label={t('people.endNamed', {
                            name: member.full_name,
                            role: t(`role.${member.role}`),
                          })}
                          onClick={() => setEnding(member)}
                        >
                          {t('people.end')}
                        </Button>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {ending && (
        <EndRole
          member={ending}
          members={list}
          onEnded={() => {
            setEnded(ending);
            setEnding(null);
          }}
          onClose={() => setEnding(null)}
        />
      )}
    </Panel>
  );
}
