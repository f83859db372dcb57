import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { tell } from '../../shared/api/client';
import { formatNumber, formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Banner, Button, Dialog, Facts, Failure, Panel, Progress } from '../../shared/ui';
import './adjudication.css';
import { type Adjudication, useAdjudication } from './queries';

/** How far the adjudication is, and a round of what waits: how much, never of which arm, nor what a decoy is. */
export function AdjudicationPanel() {
  const study = useStudy();
  const t = useT();
  const found = useAdjudication(study.id);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  const adjudication = found.data;
  if (!adjudication) return null;
  return (
    <>
      <Panel title={t('adjudication.title')}>
        <div className="stack">
          <p className="dim">{t('adjudication.lead')}</p>
          <Rule rule={adjudication.rule} />
          <Progress
            label={t('adjudication.read')}
            value={adjudication.read}
            max={adjudication.pairs}
            detail={t('adjudication.of', { done: adjudication.read, total: adjudication.pairs })}
          />
          {study.state === 'open' && <Waiting adjudication={adjudication} />}
        </div>
      </Panel>
      {adjudication.rounds.length > 0 && <Rounds adjudication={adjudication} />}
    </>
  );
}

function Rule({ rule }: { rule: Adjudication['rule'] }) {
  const t = useT();
  const lang = useLanguage();
  const { segment_difference, summed_difference, category_field } = rule.when;
  const when = [
    segment_difference && t('adjudication.segment', { count: segment_difference }),
    summed_difference && t('adjudication.sum', { count: summed_difference }),
    category_field && t('adjudication.category', { name: category_field }),
  ].filter(Boolean);
  const share = formatNumber(lang, Math.round(rule.decoy_fraction * 1000) / 10);
  return (
    <Facts
      items={[
        [
          t('adjudication.rule'),
          <ul key="when" className="adjudication-when">
            {when.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>,
        ],
        [
          t('adjudication.who'),
          rule.mode === 'panel'
            ? t('adjudication.panel', { count: rule.panel_size })
            : t('adjudication.single'),
        ],
        [
          t('adjudication.decoys'),
          rule.decoy_fraction > 0 ? t('adjudication.share', { share }) : t('adjudication.noDecoys'),
        ],
        [t('adjudication.result'), t(`adjudication.result.${rule.result}`)],
      ]}
    />
  );
}

function Waiting({ adjudication }: { adjudication: Adjudication }) {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const making = useMutation({
    mutationFn: () => tell('/api/studies/{study_id}/adjudication', { study_id: study.id }, {}),
    onSuccess: async (made) => {
      client.setQueryData(['adjudication', study.id], made.adjudication);
      setAsking(false);
      await client.invalidateQueries({ queryKey: ['due'] });
    },
  });
  const { waiting, adjudicators, rule } = adjudication;
  const tooFew = adjudicators < rule.panel_size;
  if (waiting === 0) return <p>{t('adjudication.nothing')}</p>;
  return (
    <>
      <p>
        <strong>{t('adjudication.waiting', { count: waiting })}</strong>
      </p>
      {may && tooFew && (
        <Banner
          tone="warn"
          action={
            <Link className="button" href={`/studies/${study.id}/people`}>
              {t('adjudication.invite')}
            </Link>
          }
        >
          {t('adjudication.tooFew', { count: rule.panel_size })}
        </Banner>
      )}
      {may && !tooFew && (
        <div className="actions">
          <Button look="primary" onClick={() => setAsking(true)}>
            {t('adjudication.make')}
          </Button>
        </div>
      )}
      {asking && (
        <Dialog
          title={t('adjudication.makeTitle')}
          confirm={t('adjudication.makeConfirm')}
          busy={making.isPending}
          onConfirm={() => making.mutate()}
          onClose={() => {
            setAsking(false);
            making.reset();
          }}
        >
          <p>{t('adjudication.makeText')}</p>
          <Banner tone="warn">{t('adjudication.makeFinal')}</Banner>
          {making.isError && <Failure error={making.error} />}
        </Dialog>
      )}
    </>
  );
}

function Rounds({ adjudication: { rounds, people } }: { adjudication: Adjudication }) {
  const t = useT();
  const lang = useLanguage();
  return (
    <Panel title={t('adjudication.rounds')} flush>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('adjudication.round')}</th>
              <th scope="col">{t('adjudication.madeAt')}</th>
              <th scope="col">{t('adjudication.signed')}</th>
              <th scope="col">{t('adjudication.digest')}</th>
            </tr>
          </thead>
          <tbody>
            {rounds.map(({ round, made_at, digest, reads, signed }) => (
              <tr key={round}>
                <th scope="row">{round}</th>
                <td className="nowrap">{formatTime(lang, made_at)}</td>
                <td className="nowrap">{t('adjudication.of', { done: signed, total: reads })}</td>
                <td>
                  <code className="adjudication-digest">{digest}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('adjudication.person')}</th>
              <th scope="col">{t('adjudication.signed')}</th>
            </tr>
          </thead>
          <tbody>
            {people.map(({ full_name, here, signed, total }) => (
              <tr key={full_name}>
                <th scope="row">
                  {full_name}
                  {!here && signed < total && <div className="dim">{t('adjudication.left')}</div>}
                </th>
                <td className="nowrap">{t('adjudication.of', { done: signed, total })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
