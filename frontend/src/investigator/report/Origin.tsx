import { formatNumber, formatPercent } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Facts, Panel } from '../../shared/ui';
import { compared, type MissingReads as Missing, type Result, reference, type StateName } from './result';

/** Real defects that an arm does not show, beside false calls: where a network may make a heart look better than it is. */
export function FilledIn({ result, state }: { result: Result; state: StateName }) {
  const t = useT();
  const lang = useLanguage();
  const rows = result.filled_in.filter((row) => row.state === state && row.threshold === 1);
  const of = (part: number, whole: number) =>
    whole > 0 ? `${part} / ${whole} (${formatPercent(lang, part / whole)})` : '–';
  return (
    <Panel title={t('report.filledIn')} flush>
      <p className="padded dim">{t('report.filledInText', { reference: reference(result)?.label ?? '' })}</p>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('report.arm')}</th>
              <th scope="col">{t('report.region')}</th>
              <th scope="col" className="num">
                {t('report.missed')}
              </th>
              <th scope="col" className="num">
                {t('report.scoredZero')}
              </th>
              <th scope="col" className="num">
                {t('report.falseCalls')}
              </th>
            </tr>
          </thead>
          <tbody>
            {compared(result).flatMap((arm) =>
              rows
                .filter((row) => row.arm === arm.code)
                .map((row) => (
                  <tr key={`${arm.code}/${row.region}`}>
                    <th scope="row">{arm.label}</th>
                    <td>{t(`report.region.${row.region}`)}</td>
                    <td className="num">{of(row.missed, row.abnormal)}</td>
                    <td className="num">{of(row.scored_zero, row.abnormal)}</td>
                    <td className="num">{of(row.false, row.normal)}</td>
                  </tr>
                )),
            )}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function MissingReads({ missing, result }: { missing: Missing; result: Result }) {
  const t = useT();
  const labels = new Map(result.design.arms.map((arm) => [arm.code, arm.label]));
  return (
    <>
      {missing.reason}
      <details>
        <summary>{t('report.missingList', { count: missing.reads.length })}</summary>
        <ul>
          {missing.reads.map((read) => (
            <li key={`${read.reader}/${read.session}/${read.position}`}>
              {t('report.missingRead', {
                reader: read.reader,
                subject: read.subject,
                arm: labels.get(read.arm) ?? read.arm,
                session: read.session,
                position: read.position,
              })}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

/** What was analysed, with what, so that somebody else can do it again. */
export function Origin({ result }: { result: Result }) {
  const t = useT();
  const lang = useLanguage();
  const { provenance: origin, design } = result;
  const total = (of: 'not_evaluable_stress' | 'not_evaluable_rest') =>
    result.completeness.reduce((sum, row) => sum + row[of], 0);
  return (
    <Panel title={t('report.origin')}>
      <Facts
        items={[
          [t('report.reads'), t('overview.of', { done: design.n_reads_signed, total: design.n_reads_due })],
          [
            t('report.notEvaluable'),
            t('report.notEvaluableText', {
              stress: total('not_evaluable_stress'),
              rest: total('not_evaluable_rest'),
            }),
          ],
          ...(result.missing_reads
            ? [
                [
                  t('report.missing'),
                  <MissingReads key="missing" missing={result.missing_reads} result={result} />,
                ] as const,
              ]
            : []),
          [t('report.withheld'), formatNumber(lang, design.n_withheld)],
          [t('report.lockDigest'), <code key="lock">{origin.lock_sha256}</code>],
          [
            t('overview.protocol'),
            <span key="protocol">
              {t('protocol.version', { version: origin.protocol_version })}{' '}
              <code>{origin.protocol_sha256}</code>
            </span>,
          ],
          [t('section.allocation'), <code key="allocation">{origin.allocation_sha256}</code>],
          [
            t('report.journal', { number: origin.journal.number }),
            <code key="journal">{origin.journal.digest}</code>,
          ],
          ...origin.models.map(
            (model) =>
              [
                t('ai.model'),
                <span key={model.digest}>
                  {model.name} {model.version} <code>{model.digest}</code>
                </span>,
              ] as const,
          ),
          [t('report.analysis'), origin.analysis],
          [
            t('report.bootstrap'),
            t('report.bootstrapText', {
              method: origin.bootstrap.method,
              replicates: origin.bootstrap.replicates,
              seed: origin.bootstrap.seed,
              from: t('report.seedFrom'),
            }),
          ],
        ]}
      />
    </Panel>
  );
}
