import { formatPercent, formatSigned } from '../../shared/format';
import { Bullseye } from '../../shared/heart/Bullseye';
import { segmentKey } from '../../shared/heart/names';
import { SegmentName } from '../../shared/heart/SegmentName';
import { useLanguage, useT } from '../../shared/i18n';
import { written, writtenP } from './estimates';
import { MarkLegend } from './MarkLegend';
import { OverUnder } from './OverUnder';
import {
  type Arm,
  compared,
  type Result,
  reference,
  type ScoreRow,
  type StateName,
  segmentsOf,
  type UptakeRow,
} from './result';
import { diverging } from './scale';

const SCORE_LIMIT = 1.5;
const UPTAKE_LIMIT = 20;

interface Props {
  result: Result;
  state: StateName;
}

export function Segments({ result, state }: Props) {
  const t = useT();
  const against = reference(result)?.label ?? '';
  return (
    <div className="stack">
      <Legend limit={SCORE_LIMIT} uptake={UPTAKE_LIMIT} />
      <div className="columns">
        {compared(result).map((arm) => (
          <div key={arm.code} className="stack">
            <h3>{t('report.versus', { arm: arm.label, reference: against })}</h3>
            <Maps result={result} arm={arm} state={state} />
          </div>
        ))}
      </div>
      <OverUnder result={result} state={state} />
      <SegmentTable result={result} state={state} />
    </div>
  );
}

function Maps({ result, arm, state }: Props & { arm: Arm }) {
  const t = useT();
  const lang = useLanguage();
  const scores = segmentsOf(result.score_differences, arm.code, state).map(
    (row) => row.mean_difference.estimate,
  );
  const uptakes = segmentsOf(result.uptake_differences, arm.code, state).map(
    (row) => row.mean_difference.estimate,
  );
  const summary = (values: (number | null)[], digits: number) => {
    const largest = values.reduce<number>(
      (at, v, i) => (Math.abs(v ?? 0) > Math.abs(values[at] ?? 0) ? i : at),
      0,
    );
    return t('report.largest', {
      segment: t(segmentKey(largest + 1)),
      value: formatSigned(lang, values[largest] ?? null, digits),
    });
  };
  return (
    <div className="maps">
      <Bullseye
        values={scores}
        colour={(value) => diverging(value, SCORE_LIMIT)}
        text={(value) => formatSigned(lang, value, 1)}
        summary={`${t('report.meanScore')}. ${summary(scores, 2)}`}
        caption={
          <>
            <strong>{t('report.meanScore')}</strong>
            <br />
            {summary(scores, 2)}
          </>
        }
      />
      <Bullseye
        values={uptakes}
        colour={(value) => diverging(-value, UPTAKE_LIMIT)}
        text={(value) => formatSigned(lang, value, 0)}
        summary={`${t('report.meanUptake')}. ${summary(uptakes, 1)}`}
        caption={
          <>
            <strong>{t('report.meanUptake')}</strong>
            <br />
            {summary(uptakes, 1)}
          </>
        }
      />
    </div>
  );
}

function Legend({ limit, uptake }: { limit: number; uptake: number }) {
  const t = useT();
  const lang = useLanguage();
  return (
    <div className="scale">
      <span>
        {t('report.legendUnder', {
          score: formatSigned(lang, -limit, 1),
          uptake: formatSigned(lang, uptake, 0),
        })}
      </span>
      <span className="scale-bar" aria-hidden="true" />
      <span>
        {t('report.legendOver', {
          score: formatSigned(lang, limit, 1),
          uptake: formatSigned(lang, -uptake, 0),
        })}
      </span>
    </div>
  );
}

function SegmentTable({ result, state }: Props) {
  const t = useT();
  const arms = compared(result).map((arm) => ({
    arm,
    scores: segmentsOf(result.score_differences, arm.code, state),
    uptakes: segmentsOf(result.uptake_differences, arm.code, state),
  }));
  return (
    <details className="twin">
      <summary>{t('report.asTable')}</summary>
      <div className="table-frame">
        <table className="table compact">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {t('view.segment')}
              </th>
              {arms.map(({ arm }) => (
                <th key={arm.code} scope="colgroup" colSpan={5} className="set">
                  {arm.label}
                </th>
              ))}
            </tr>
            <tr>
              {arms.map(({ arm }) => (
                <HeadCells key={arm.code} />
              ))}
            </tr>
          </thead>
          <tbody>
            {arms[0]?.scores.map((row, index) => (
              <tr key={row.segment}>
                <th scope="row">
                  <SegmentName segment={row.segment} />
                </th>
                {arms.map(({ arm, scores, uptakes }) => (
                  <Cells key={arm.code} score={scores[index]} uptake={uptakes[index]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MarkLegend
        of={arms.flatMap(({ scores, uptakes }) => [...scores, ...uptakes].map((row) => row.mean_difference))}
      />
    </details>
  );
}

function HeadCells() {
  const t = useT();
  const names = [
    t('report.over'),
    t('report.under'),
    t('report.meanScore'),
    t('report.p'),
    t('report.meanUptake'),
  ];
  return names.map((name) => (
    <th key={name} scope="col" className="num">
      {name}
    </th>
  ));
}

function Cells({ score, uptake }: { score: ScoreRow | undefined; uptake: UptakeRow | undefined }) {
  const lang = useLanguage();
  if (!score) return <td colSpan={5}>–</td>;
  return (
    <>
      <td className="num">{formatPercent(lang, score.over / score.n_reads)}</td>
      <td className="num">{formatPercent(lang, score.under / score.n_reads)}</td>
      <td className="num">{written(lang, score.mean_difference, 'signed', 2)}</td>
      <td className="num">{writtenP(lang, score.p_adjusted)}</td>
      <td className="num">{written(lang, uptake?.mean_difference, 'signed', 1)}</td>
    </>
  );
}
