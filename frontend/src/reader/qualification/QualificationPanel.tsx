import { Link } from 'wouter';
import type { OwnQualifying } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Badge, Banner, Panel, Progress, type Tone } from '../../shared/ui';
import type { WorklistStudy } from '../api';
import { MEASURE_WORD, measuredText } from './measures';
import './qualification.css';

interface Props {
  qualifying: OwnQualifying;
  /** The reads of the training, and of every attempt at the test. */
  agendas: readonly WorklistStudy[];
  /** Nothing else on the list comes before it. */
  first: boolean;
  checkDue: boolean;
}

const TONES: Record<OwnQualifying['state'], Tone> = {
  waiting: 'plain',
  training: 'busy',
  test: 'busy',
  qualified: 'good',
  expired: 'warn',
  failed: 'warn',
};

/** A reader's way to the certificate without which nothing of the study is read: training, test, certificate. */
export function QualificationPanel({ qualifying, agendas, first, checkDue }: Props) {
  const t = useT();
  const { state, threshold } = qualifying;
  const language = useLanguage();
  const training = agendas.find(({ purpose }) => purpose === 'training');
  const now = agendas.find(({ next }) => next !== null);
  const begun = now?.sessions.some(({ signed }) => signed > 0) ?? false;
  const required = measuredText(language, threshold.measure, threshold.at_least);
  return (
    <Panel
      title={t('reader.qualification.title', { study: qualifying.title })}
      aside={<Badge tone={TONES[state]}>{t(`reader.qualification.state.${state}`)}</Badge>}
    >
      <div className="qualification" data-testid="qualification" data-state={state}>
        <Said qualifying={qualifying} />
        {now?.next && (
          <div>
            <Link
              className={`button big ${first ? 'primary' : ''}`}
              href={`/reading/${now.next}`}
              data-testid={`continue-${now.purpose}`}
            >
              {t(
                `reader.qualification.${now.purpose === 'training' ? 'training' : 'test'}.${begun ? 'continue' : 'start'}`,
              )}
            </Link>
            {checkDue && <p className="dim worklist-check">{t('reader.worklist.checkDueAgain')}</p>}
          </div>
        )}
        <ol className="qualification-steps">
          {qualifying.training_reads > 0 && (
            <li>
              <h3>{t('reader.qualification.training')}</h3>
              <p className="dim">{t('reader.qualification.training.text')}</p>
              <Progress
                label={t('reader.qualification.training.reads')}
                value={qualifying.training.signed}
                max={qualifying.training_reads}
                detail={t('reader.worklist.signed', {
                  signed: qualifying.training.signed,
                  total: qualifying.training_reads,
                })}
              />
              {training && <Compared reads={training.signed} />}
            </li>
          )}
          <li>
            <h3>{t('reader.qualification.test')}</h3>
            <p className="dim">
              {t('reader.qualification.test.text', {
                measure: t(`reader.qualification.measure.${MEASURE_WORD[threshold.measure]}`),
                required,
              })}
            </p>
            <Attempts qualifying={qualifying} />
          </li>
          <li>
            <h3>{t('reader.qualification.certificate')}</h3>
            <Certificate qualifying={qualifying} />
          </li>
        </ol>
      </div>
    </Panel>
  );
}

/** What has just come out, where the reader has to know it before going on. */
function Said({
  qualifying: { state, attempts, current, allowed, certificate },
}: {
  qualifying: OwnQualifying;
}) {
  const t = useT();
  if (state === 'failed') return <Banner tone="warn">{t('reader.qualification.failed')}</Banner>;
  const last = attempts.findLast(({ result }) => result !== null)?.result;
  if (state !== 'test' || !last) return null;
  if (last.passed && certificate) return <Banner tone="warn">{t('reader.qualification.expired')}</Banner>;
  return (
    <Banner tone="warn">
      {t('reader.qualification.repeat', { attempt: current, allowed, count: allowed - current + 1 })}
    </Banner>
  );
}

function Compared({ reads }: { reads: WorklistStudy['signed'] }) {
  const t = useT();
  if (reads.length === 0) return null;
  return (
    <ul className="qualification-compared">
      {reads.map(({ token, number }) => (
        <li key={token}>
          <Link href={`/reading/${token}`}>{t('reader.qualification.compare', { number })}</Link>
        </li>
      ))}
    </ul>
  );
}

function Attempts({ qualifying }: { qualifying: OwnQualifying }) {
  const t = useT();
  const language = useLanguage();
  const { attempts, current, allowed, test_reads } = qualifying;
  const open = attempts.find(({ result }) => result === null);
  const evaluated = attempts.filter(({ result }) => result !== null);
  return (
    <>
      {open && (
        <Progress
          label={t('reader.qualification.attempt', { attempt: current, allowed })}
          value={open.signed}
          max={open.total}
          detail={t('reader.worklist.signed', { signed: open.signed, total: open.total })}
        />
      )}
      {!open && attempts.length === 0 && (
        <p>{t('reader.qualification.test.later', { reads: test_reads, allowed })}</p>
      )}
      {evaluated.length > 0 && (
        <div className="table-frame">
          <table className="table compact">
            <thead>
              <tr>
                <th scope="col">{t('reader.qualification.column.attempt')}</th>
                <th scope="col">{t('reader.qualification.column.reached')}</th>
                <th scope="col">{t('reader.qualification.column.result')}</th>
                <th scope="col">{t('reader.qualification.column.at')}</th>
              </tr>
            </thead>
            <tbody>
              {evaluated.map(
                ({ number, result }) =>
                  result && (
                    <tr key={number} data-testid={`attempt-${number}`}>
                      <th scope="row">{number}</th>
                      <td>{measuredText(language, result.measure, result.value)}</td>
                      <td>
                        <Badge tone={result.passed ? 'good' : 'warn'}>
                          {t(
                            result.passed ? 'reader.qualification.passed' : 'reader.qualification.notPassed',
                          )}
                        </Badge>
                      </td>
                      <td className="nowrap">{formatTime(language, result.at)}</td>
                    </tr>
                  ),
              )}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Certificate({ qualifying: { certificate, valid_until } }: { qualifying: OwnQualifying }) {
  const t = useT();
  const language = useLanguage();
  if (!certificate) return <p className="dim">{t('reader.qualification.certificate.none')}</p>;
  return (
    <p data-testid="certificate">
      {t('reader.qualification.certificate.issued', {
        number: certificate.number,
        at: formatTime(language, certificate.issued_at),
      })}{' '}
      {valid_until
        ? t('reader.qualification.certificate.until', { until: formatTime(language, valid_until) })
        : t('reader.qualification.certificate.forGood')}
    </p>
  );
}
