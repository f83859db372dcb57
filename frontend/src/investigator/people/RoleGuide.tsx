import { useT } from '../../shared/i18n';
import { Panel } from '../../shared/ui';
import { ROLES } from './roles';

/** The roles in plain words. */
export function RoleGuide() {
  const t = useT();
  return (
    <Panel title={t('roles.title')} flush>
      <p className="dim panel-lead">{t('roles.rule')}</p>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('people.role')}</th>
              <th scope="col">{t('roles.does')}</th>
              <th scope="col">{t('roles.sees')}</th>
            </tr>
          </thead>
          <tbody>
            {ROLES.map((role) => (
              <tr key={role}>
                <th scope="row" className="nowrap">
                  {t(`role.${role}`)}
                </th>
                <td>{t(`roles.${role}.does`)}</td>
                <td>{t(`roles.${role}.sees`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
