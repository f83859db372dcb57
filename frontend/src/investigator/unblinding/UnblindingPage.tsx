import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { tell } from '../../shared/api/client';
import { bySubject } from '../../shared/format';
import { useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Banner, Button, Failure, Field, Loading, PageHead, Panel, SignDialog } from '../../shared/ui';
import '../investigator.css';
import { useCases } from '../queries';
import { useUnblinding } from './queries';
import { Requests } from './Requests';
import './unblinding.css';

/** Who asks for the key, who approves, and what became of every request. */
export default function UnblindingPage() {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const unblinding = useUnblinding(study.id);
  const approved = unblinding.data?.requests.some(
    ({ scope, state }) => scope === 'study' && state === 'approved',
  );
  useEffect(() => {
    // The second person has approved meanwhile: everything about the study is another now.
    if (approved && study.state !== 'unblinded') void client.invalidateQueries();
  }, [approved, study.state, client]);
  return (
    <>
      <PageHead title={t('unblinding.title')} lead={t('unblinding.lead')} />
      {unblinding.error && <Failure error={unblinding.error} retry={() => void unblinding.refetch()} />}
      {unblinding.isPending && <Loading />}
      {unblinding.data && (
        <>
          {may ? (
            <Ask approvers={unblinding.data.approvers} scope={unblinding.data.scope} />
          ) : (
            <Banner>{t(`unblinding.${standing(unblinding.data.scope, study.state)}`)}</Banner>
          )}
          <Requests requests={unblinding.data.requests} />
        </>
      )}
    </>
  );
}

type Scope = 'study' | 'case' | null;

function standing(scope: Scope, state: string): 'locked' | 'open' | 'over' | 'early' {
  if (scope === 'study') return 'locked';
  if (scope === 'case') return 'open';
  return state === 'unblinded' ? 'over' : 'early';
}

function Ask({ approvers, scope }: { approvers: readonly string[]; scope: Scope }) {
  const t = useT();
  const study = useStudy();
  const [asking, setAsking] = useState(false);
  if (scope === null) return <Banner>{t(`unblinding.${standing(scope, study.state)}`)}</Banner>;
  return (
    <Panel title={t(`unblinding.${scope}.title`)}>
      <div className="stack">
        <p className="unblinding-text">{t(`unblinding.${scope}.text`)}</p>
        <p className={approvers.length > 0 ? 'dim' : 'unblinding-text'}>
          {approvers.length > 0
            ? t('unblinding.approvers', { names: approvers.join(t('list.separator')) })
            : t('unblinding.noApprovers')}
        </p>
        <div className="actions">
          <Button look={scope === 'study' ? 'primary' : undefined} onClick={() => setAsking(true)}>
            {t(`unblinding.${scope}.ask`)}
          </Button>
        </div>
      </div>
      {asking && <AskDialog scope={scope} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function AskDialog({ scope, onClose }: { scope: 'study' | 'case'; onClose: () => void }) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  const cases = useCases(study.id);
  const [chosen, setChosen] = useState('');
  return (
    <SignDialog
      title={t(`unblinding.${scope}.title`)}
      meaning={t(`unblinding.${scope}.meaning`)}
      confirm={t('unblinding.sign')}
      sign={(given) =>
        tell(
          '/api/studies/{study_id}/unblinding',
          { study_id: study.id },
          { ...given, case_id: scope === 'case' ? chosen : null },
        )
      }
      blocked={scope === 'case' && !chosen}
      onSigned={() => {
        void client.invalidateQueries({ queryKey: ['unblinding', study.id] });
        onClose();
      }}
      onClose={onClose}
    >
      {scope === 'case' && (
        <Field label={t('unblinding.case.choose')}>
          <select required value={chosen} onChange={(event) => setChosen(event.target.value)}>
            <option value="">{t('unblinding.case.none')}</option>
            {[...(cases.data ?? [])].sort(bySubject).map((one) => (
              <option key={one.id} value={one.id}>
                {one.subject}
              </option>
            ))}
          </select>
        </Field>
      )}
    </SignDialog>
  );
}
