import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { tell } from '../shared/api/client';
import type { Allocation } from '../shared/api/types';
import { formatNumber, formatTime } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useMay, useStudy } from '../shared/study';
import { Banner, Button, Dialog, Facts, Failure, Loading, PageHead, Panel, SignDialog } from '../shared/ui';
import { FreezeProtocol } from './FreezeProtocol';
import { LateCases, SealedList } from './LateCases';
import { ListReaders } from './ListReaders';
import './investigator.css';
import { useAllocation, useCases } from './queries';

export default function AllocationPage() {
  const t = useT();
  const study = useStudy();
  const allocation = useAllocation(study.id);
  return (
    <>
      <PageHead title={t('allocation.title')} lead={t('allocation.lead')} />
      {allocation.error && <Failure error={allocation.error} retry={() => void allocation.refetch()} />}
      {allocation.isPending && <Loading />}
      {allocation.data === null && study.state === 'draft' && <FreezeProtocol />}
      {allocation.data === null && study.state !== 'draft' && <MakeList />}
      {allocation.data && study.state === 'draft' && <FreezeProtocol />}
      {allocation.data && <Sealed allocation={allocation.data} />}
      {allocation.data && study.state !== 'draft' && <Opening allocation={allocation.data} />}
      {allocation.data && <LateCases allocation={allocation.data} />}
      {allocation.data && <SealedList />}
    </>
  );
}

function MakeList() {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const cases = useCases(study.id);
  const [asking, setAsking] = useState(false);
  const making = useMutation({
    mutationFn: () => tell('/api/studies/{study_id}/allocation', { study_id: study.id }, {}),
    onSuccess: (made) => {
      client.setQueryData(['allocation', study.id], made);
      return client.invalidateQueries({ queryKey: ['study', study.id] }); // it takes no readers any more
    },
    onError: () => setAsking(false),
  });
  const all = cases.data ?? [];
  const complete = all.filter((one) => one.complete).length;
  const waiting = all.filter((one) => !one.complete);
  return (
    <>
      <Panel title={t('allocation.before')}>
        <div className="stack">
          <p>{t('allocation.explained')}</p>
          <dl className="figures">
            <div>
              <dt>{t('allocation.ready')}</dt>
              <dd>{complete}</dd>
            </div>
            <div>
              <dt>{t('allocation.waiting')}</dt>
              <dd>{waiting.length}</dd>
            </div>
          </dl>
          {making.isError && <Failure error={making.error} />}
          {may && (
            <div className="actions">
              <Button look="primary" disabled={complete === 0} onClick={() => setAsking(true)}>
                {t('allocation.freeze')}
              </Button>
              {complete === 0 && <span className="dim">{t('allocation.nothing')}</span>}
            </div>
          )}
        </div>
      </Panel>
      {waiting.length > 0 && (
        <Withheld
          title={t('allocation.wouldWithhold')}
          rows={waiting.map((one) => ({
            case: one.id,
            subject: one.subject,
            reason: one.waiting_for.join(t('list.separator')),
          }))}
        />
      )}
      {asking && (
        <Dialog
          title={t('allocation.freeze')}
          confirm={t('allocation.freeze')}
          busy={making.isPending}
          onConfirm={() => making.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>{t('allocation.once', { count: complete })}</p>
          <ListReaders />
          {waiting.length > 0 && (
            <Banner tone="warn">{t('allocation.leftOut', { count: waiting.length })}</Banner>
          )}
        </Dialog>
      )}
    </>
  );
}

function Sealed({ allocation }: { allocation: Allocation }) {
  const t = useT();
  const lang = useLanguage();
  const counts = ['cases', 'readers', 'sessions', 'reads'] as const;
  return (
    <>
      <Panel title={t('allocation.frozen')}>
        <div className="stack">
          <dl className="figures">
            {counts.map((name) => (
              <div key={name}>
                <dt>{t(`allocation.${name}`)}</dt>
                <dd>{formatNumber(lang, allocation[name])}</dd>
              </div>
            ))}
          </dl>
          <Facts
            items={[
              [t('allocation.digest'), <code key="digest">{allocation.digest}</code>],
              [t('allocation.algorithm'), <code key="algorithm">{allocation.algorithm}</code>],
              [t('allocation.at'), formatTime(lang, allocation.created_at)],
            ]}
          />
          <p className="dim">{t('allocation.sealed')}</p>
        </div>
      </Panel>
      {allocation.withheld.length > 0 && (
        <Withheld title={t('allocation.withheld')} rows={allocation.withheld} />
      )}
    </>
  );
}

function Withheld({ title, rows }: { title: string; rows: Allocation['withheld'] }) {
  const t = useT();
  const study = useStudy();
  return (
    <Panel title={title} flush>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('cases.case')}</th>
              <th scope="col">{t('allocation.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.case}>
                <th scope="row" className="nowrap">
                  <Link href={`/studies/${study.id}/cases/${row.case}`}>{row.subject}</Link>
                </th>
                <td>{row.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Opening({ allocation }: { allocation: Allocation }) {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const [opening, setOpening] = useState(false);
  if (study.state !== 'frozen') {
    return (
      <Panel title={t('opening.title')}>
        <p>
          {t('opening.done')} <Link href={`/studies/${study.id}/progress`}>{t('opening.progress')}</Link>
        </p>
      </Panel>
    );
  }
  return (
    <Panel title={t('opening.title')}>
      <div className="stack">
        <p>{t('opening.text')}</p>
        {may && (
          <div className="actions">
            <Button look="primary" onClick={() => setOpening(true)}>
              {t('opening.open')}
            </Button>
          </div>
        )}
      </div>
      {opening && (
        <SignDialog
          title={t('opening.title')}
          meaning={t('opening.meaning', { reads: allocation.reads, readers: allocation.readers })}
          confirm={t('opening.sign')}
          sign={(given) => tell('/api/studies/{study_id}/opening', { study_id: study.id }, given)}
          onSigned={() => {
            setOpening(false);
            void client.invalidateQueries();
          }}
          onClose={() => setOpening(false)}
        />
      )}
    </Panel>
  );
}
