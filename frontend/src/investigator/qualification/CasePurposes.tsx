import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import type { Qualification, QualificationCase } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Badge, Empty, Failure, Panel } from '../../shared/ui';
import { keep } from './queries';

type Purpose = QualificationCase['purpose'];
const PURPOSES: readonly Purpose[] = ['study', 'training', 'test'];

/** Which cases are taken out of the study to train and test its readers; they are never allocated. */
export function CasePurposes({ qualification }: { qualification: Qualification }) {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator') && qualification.changeable;
  const client = useQueryClient();
  const [shown, setShown] = useState<'all' | 'chosen'>('all');
  const setting = useMutation({
    mutationFn: ({ id, purpose }: { id: string; purpose: Purpose }) =>
      tell(
        '/api/studies/{study_id}/qualification/cases/{case_id}',
        { study_id: study.id, case_id: id },
        { purpose },
      ),
    onSuccess: (found) => keep(client, study.id, found),
  });
  const chosen = qualification.cases.filter(({ purpose }) => purpose !== 'study');
  const cases = may && shown === 'all' ? qualification.cases : chosen;
  return (
    <Panel
      title={t('qualification.cases')}
      flush
      aside={
        may &&
        chosen.length > 0 && (
          <label className="qualification-only">
            <input
              type="checkbox"
              checked={shown === 'chosen'}
              onChange={(event) => setShown(event.target.checked ? 'chosen' : 'all')}
            />
            {t('qualification.onlyChosen')}
          </label>
        )
      }
    >
      <p className="panel-lead">
        {t(qualification.changeable ? 'qualification.casesLead' : 'qualification.casesFixed')}
      </p>
      {setting.isError && (
        <div className="panel-said">
          <Failure error={setting.error} />
        </div>
      )}
      {cases.length === 0 ? (
        <Empty title={t(may ? 'qualification.noCases' : 'qualification.noneChosen')} />
      ) : (
        <div className="table-frame qualification-cases">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('qualification.case')}</th>
                <th scope="col">{t('qualification.purpose')}</th>
                <th scope="col">{t('qualification.images')}</th>
                <th scope="col">{t('qualification.reference')}</th>
              </tr>
            </thead>
            <tbody>
              {cases.map((one) => (
                <Row
                  key={one.id}
                  one={one}
                  onPurpose={may ? (purpose) => setting.mutate({ id: one.id, purpose }) : null}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Row({ one, onPurpose }: { one: QualificationCase; onPurpose: ((purpose: Purpose) => void) | null }) {
  const t = useT();
  const language = useLanguage();
  const { subject, site, purpose, waiting_for, reference } = one;
  return (
    <tr>
      <th scope="row" className="nowrap">
        {subject}
        <div className="dim">{site.name}</div>
      </th>
      <td>
        {onPurpose ? (
          <span className="inline">
            <select
              aria-label={t('qualification.purposeOf', { subject })}
              value={purpose}
              onChange={(event) => onPurpose(event.target.value as Purpose)}
            >
              {PURPOSES.map((name) => (
                <option key={name} value={name}>
                  {t(`qualification.purpose.${name}`)}
                </option>
              ))}
            </select>
          </span>
        ) : (
          t(`qualification.purpose.${purpose}`)
        )}
      </td>
      <td>
        {waiting_for.length === 0 ? (
          <Badge tone="good">{t('qualification.complete')}</Badge>
        ) : (
          <span className="dim">{waiting_for.join(t('list.separator'))}</span>
        )}
      </td>
      <td>
        {reference
          ? t('qualification.referenceOf', {
              version: reference.version,
              name: reference.by,
              at: formatTime(language, reference.at),
            })
          : purpose !== 'study' && <Badge tone="warn">{t('qualification.noReference')}</Badge>}
      </td>
    </tr>
  );
}
