import { useMutation } from '@tanstack/react-query';
import { type Answer, tell } from '../../shared/api/client';
import { formatNumber, formatPercent } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Badge, Button, Empty, Failure, Panel } from '../../shared/ui';
import { DriftChart } from './DriftChart';

type ReaderDrift = Answer<'/api/studies/{study_id}/drift', 'post'>['readers'][number];

/** Asked for by a press of its own, because each look is journaled. */
export function DriftPanel() {
  const t = useT();
  const study = useStudy();
  const looking = useMutation({
    mutationFn: () => tell('/api/studies/{study_id}/drift', { study_id: study.id }, undefined),
    gcTime: 0,
  });
  const drift = looking.data;
  return (
    <>
      <Panel title={t('drift.title')}>
        <div className="stack">
          <p className="drift-text">{t('drift.text')}</p>
          {looking.isError && <Failure error={looking.error} />}
          <div className="actions">
            <Button busy={looking.isPending} onClick={() => looking.mutate()}>
              {t(drift ? 'drift.again' : 'drift.show')}
            </Button>
            <span className="dim">{t('drift.journaled')}</span>
          </div>
        </div>
      </Panel>
      {drift?.readers.length === 0 && (
        <Panel>
          <Empty title={t('drift.none')}>
            <p>{t('drift.noneText')}</p>
          </Empty>
        </Panel>
      )}
      {drift?.readers.map((reader) => (
        <OneReader key={reader.id} reader={reader} block={drift.block} />
      ))}
    </>
  );
}

function OneReader({ reader, block }: { reader: ReaderDrift; block: number }) {
  const t = useT();
  const lang = useLanguage();
  const { chart } = reader;
  const outside = chart.points.filter((point) => point.outside).length;
  return (
    <Panel
      title={reader.full_name}
      aside={
        outside > 0 ? (
          <Badge tone="warn">{t('drift.outside', { count: outside })}</Badge>
        ) : (
          <span className="dim">
            {t('drift.compared', { compared: reader.compared, signed: reader.signed })}
          </span>
        )
      }
    >
      {chart.points.length === 0 ? (
        <p className="dim">{t('drift.noPoint', { block })}</p>
      ) : (
        <>
          <DriftChart chart={chart} name={reader.full_name} />
          <p className="dim">
            {chart.reason
              ? t(`drift.reason.${chart.reason}`)
              : t(chart.provisional ? 'drift.provisional' : 'drift.limits')}
          </p>
          <details>
            <summary>{t('drift.table')}</summary>
            <div className="table-frame">
              <table className="table compact">
                <thead>
                  <tr>
                    <th scope="col">{t('drift.reads')}</th>
                    <th scope="col" className="num">
                      {t('drift.agreement')}
                    </th>
                    <th scope="col" className="num">
                      {t('drift.between')}
                    </th>
                    <th scope="col" className="num">
                      {t('drift.difference')}
                    </th>
                    <th scope="col" className="num">
                      {t('drift.pairs')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {chart.points.map((point) => (
                    <tr key={point.first}>
                      <th scope="row">
                        {point.first}–{point.last}{' '}
                        {point.outside && <Badge tone="warn">{t('drift.isOutside')}</Badge>}
                      </th>
                      <td className="num">{formatPercent(lang, point.agreement, 1)}</td>
                      <td className="num">
                        {point.lower === null
                          ? '–'
                          : `${formatPercent(lang, point.lower, 1)}–${formatPercent(lang, point.upper, 1)}`}
                      </td>
                      <td className="num">{formatNumber(lang, point.difference, 2)}</td>
                      <td className="num">{formatNumber(lang, point.pairs)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </Panel>
  );
}
