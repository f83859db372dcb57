import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, tell } from '../shared/api/client';
import type { Allocation } from '../shared/api/types';
import { formatNumber, formatTime, shortDigest } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useMay, useStudy } from '../shared/study';
import { Badge, Banner, Button, Dialog, Failure, Panel, SignDialog } from '../shared/ui';

function useOpening(studyId: string) {
  return useQuery({
    queryKey: ['opening', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/opening', { study_id: studyId }, { signal }),
  });
}

/** The blocks of the read list, and cases that came after it: allocated as a block of their own, opened with a signature. */
export function LateCases({ allocation }: { allocation: Allocation }) {
  const t = useT();
  const study = useStudy();
  const opening = useOpening(study.id);
  const isOpen = study.state === 'open';
  const laidOut = new Map(opening.data?.blocks.map((block) => [block.block, block.opened]));
  const waits = opening.data?.blocks.find((block) => !block.opened);
  if (!isOpen && allocation.blocks.length < 2) return null;
  return (
    <Panel title={t('blocks.title')} flush>
      <div className="panel-form stack">
        <p>{t('blocks.lead')}</p>
        {opening.error && <Failure error={opening.error} retry={() => void opening.refetch()} />}
        {isOpen && allocation.further_cases > 0 && <Allocate count={allocation.further_cases} />}
        {isOpen && allocation.further_cases === 0 && !waits && <p className="dim">{t('blocks.noneLate')}</p>}
        {isOpen && waits && <OpenBlock block={waits} />}
      </div>
      <BlockTable allocation={allocation} laidOut={laidOut} />
    </Panel>
  );
}

/** Of a block: with fewer, a session has so few reads that who reads them may tell which are of one patient. */
const FEW_CASES = 5;

function Allocate({ count }: { count: number }) {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const making = useMutation({
    mutationFn: () => tell('/api/studies/{study_id}/allocation', { study_id: study.id }, {}),
    onSuccess: async () => {
      setAsking(false);
      await client.invalidateQueries();
    },
    onError: () => setAsking(false),
  });
  return (
    <>
      {making.isError && <Failure error={making.error} />}
      <Banner
        action={
          may && (
            <Button look="primary" onClick={() => setAsking(true)}>
              {t('blocks.allocate')}
            </Button>
          )
        }
      >
        {t('blocks.late', { count })}
      </Banner>
      {asking && (
        <Dialog
          title={t('blocks.allocateTitle')}
          confirm={t('allocation.freeze')}
          busy={making.isPending}
          onConfirm={() => making.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>{t('blocks.allocateText', { count })}</p>
          {count < FEW_CASES && <Banner tone="warn">{t('blocks.few', { count })}</Banner>}
        </Dialog>
      )}
    </>
  );
}

interface Waiting {
  block: number;
  reads: number;
}

function OpenBlock({ block }: { block: Waiting }) {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const [signing, setSigning] = useState(false);
  return (
    <>
      <Banner
        action={
          may && (
            <Button look="primary" onClick={() => setSigning(true)}>
              {t('blocks.open', { block: block.block })}
            </Button>
          )
        }
      >
        {t('blocks.waits', { block: block.block, count: block.reads })}
      </Banner>
      {signing && (
        <SignDialog
          title={t('blocks.openTitle', { block: block.block })}
          meaning={t('blocks.meaning', { block: block.block, count: block.reads })}
          confirm={t('opening.sign')}
          sign={(given) => tell('/api/studies/{study_id}/opening', { study_id: study.id }, given)}
          onSigned={() => {
            setSigning(false);
            void client.invalidateQueries();
          }}
          onClose={() => setSigning(false)}
        />
      )}
    </>
  );
}

interface BlockTableProps {
  allocation: Allocation;
  laidOut: ReadonlyMap<number, boolean>;
}

function BlockTable({ allocation, laidOut }: BlockTableProps) {
  const t = useT();
  const lang = useLanguage();
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('blocks.block')}</th>
            <th scope="col" className="num">
              {t('allocation.cases')}
            </th>
            <th scope="col" className="num">
              {t('allocation.reads')}
            </th>
            <th scope="col">{t('allocation.at')}</th>
            <th scope="col">{t('blocks.protocol')}</th>
            <th scope="col">{t('allocation.digest')}</th>
            <th scope="col">{t('blocks.state')}</th>
          </tr>
        </thead>
        <tbody>
          {allocation.blocks.map((block) => (
            <tr key={block.block}>
              <th scope="row">{block.block}</th>
              <td className="num">{formatNumber(lang, block.cases)}</td>
              <td className="num">{formatNumber(lang, block.reads)}</td>
              <td className="nowrap">{formatTime(lang, block.created_at)}</td>
              <td>{t('protocol.version', { version: block.protocol_version })}</td>
              <td>
                <code title={block.digest}>{shortDigest(block.digest)}…</code>
              </td>
              <td>
                {laidOut.get(block.block) ? (
                  <Badge tone="good">{t('blocks.opened')}</Badge>
                ) : (
                  <Badge tone="warn">{t('blocks.waiting')}</Badge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** After the unblinding: the sealed list as a file that anybody can check without this server. */
export function SealedList() {
  const t = useT();
  const study = useStudy();
  if (study.state !== 'unblinded') return null;
  return (
    <Panel title={t('sealedList.title')}>
      <div className="stack">
        <p>{t('sealedList.text')}</p>
        <div className="actions">
          <a className="button" href={`/api/studies/${study.id}/allocation/list`} download>
            {t('sealedList.download')}
          </a>
        </div>
        <p>{t('sealedList.verify')}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse */}
        <pre className="document" tabIndex={0}>
          ./run manage allocation_verify --file read-lists.json
        </pre>
      </div>
    </Panel>
  );
}
