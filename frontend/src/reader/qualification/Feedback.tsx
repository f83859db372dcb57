import { useCallback, useEffect, useState } from 'react';
import type { Feedback as Compared } from '../../shared/api/types';
import { Bullseye } from '../../shared/heart/Bullseye';
import { useT } from '../../shared/i18n';
import { Failure, Loading } from '../../shared/ui';
import type { Mark } from '../ledger/events';
import { markName, markSign, regionName, segmentName, stateName } from '../names';
import { fetchFeedback } from './queries';
import './qualification.css';

/** On the dark page and on a light one. */
const DIFFERENT = 'color-mix(in srgb, var(--warn) 45%, transparent)';

type StateScores = Compared['states'][number];

/** What a training read is for: the own scores beside the reference, once they are signed. */
export function Feedback({ token }: { token: string }) {
  const t = useT();
  const [found, setFound] = useState<Compared | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const load = useCallback(
    (signal: AbortSignal) => {
      setProblem(null);
      fetchFeedback(token, signal).then(setFound, (error: unknown) => {
        if (!signal.aborted) setProblem(error);
      });
    },
    [token],
  );
  useEffect(() => {
    const asking = new AbortController();
    load(asking.signal);
    return () => asking.abort();
  }, [load]);
  if (problem) return <Failure error={problem} retry={() => load(new AbortController().signal)} />;
  if (!found) return <Loading />;
  const { same, of } = agreement(found.states);
  return (
    <section className="feedback" aria-labelledby="feedback-title" data-testid="feedback">
      <h2 id="feedback-title">{t('reader.feedback.title')}</h2>
      <p>
        {t('reader.feedback.same', { same, of })}
        {found.regions.length === 0 && same < of && (
          <>
            {' '}
            <span className="feedback-differs" aria-hidden="true" /> {t('reader.feedback.marked')}
          </>
        )}
      </p>
      {found.regions.length === 0 &&
        found.states.map((scores) => <Maps key={scores.state} scores={scores} />)}
      <Differences regions={found.regions} states={found.states} />
    </section>
  );
}

function Maps({ scores: { state, own, reference } }: { scores: StateScores }) {
  const t = useT();
  const name = stateName(t, state);
  const map = (title: string, marks: readonly Mark[]) => (
    <Bullseye
      values={reference.map((truth, index) => (differs(own[index], truth) ? 1 : 0))}
      colour={(value) => (value === 1 ? DIFFERENT : 'transparent')}
      text={(_value, segment) => markSign(marks[segment - 1])}
      summary={`${name}, ${title}: ${marks.map((mark, index) => `${index + 1} ${markName(t, mark)}`).join('; ')}`}
      caption={
        <>
          <strong>{name}</strong> {title}
        </>
      }
    />
  );
  return (
    <div className="feedback-maps">
      {map(t('reader.feedback.own'), own)}
      {map(t('reader.feedback.reference'), reference)}
    </div>
  );
}

function Differences({ regions, states }: Pick<Compared, 'regions' | 'states'>) {
  const t = useT();
  const rows = states.flatMap(({ state, own, reference }) =>
    reference.flatMap((truth, index) =>
      differs(own[index], truth) ? [{ state, index, own: own[index], truth }] : [],
    ),
  );
  if (rows.length === 0) return <p>{t('reader.feedback.none')}</p>;
  return (
    <div className="table-frame">
      <table className="table compact">
        <caption className="visually-hidden">{t('reader.feedback.differences')}</caption>
        <thead>
          <tr>
            <th scope="col">
              {t(regions.length > 0 ? 'reader.feedback.region' : 'reader.feedback.segment')}
            </th>
            <th scope="col">{t('reader.feedback.own')}</th>
            <th scope="col">{t('reader.feedback.reference')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ state, index, own, truth }) => (
            <tr key={`${state} ${index}`}>
              <th scope="row">
                {stateName(t, state)} {nameOf(t, regions, index)}
              </th>
              <td>{markName(t, own)}</td>
              <td>{markName(t, truth)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function nameOf(t: ReturnType<typeof useT>, regions: readonly string[], index: number): string {
  const region = regions[index];
  return region === undefined ? `${index + 1} ${segmentName(t, index + 1)}` : regionName(t, region);
}

/** Where the reference is "not evaluable", there is no truth to differ from. */
function differs(own: Mark | undefined, truth: Mark | undefined): boolean {
  return truth !== 'NE' && own !== truth;
}

function agreement(states: readonly StateScores[]): { same: number; of: number } {
  const pairs = states.flatMap(({ own, reference }) =>
    reference.map((truth, index) => [own[index], truth] as const),
  );
  const compared = pairs.filter(([, truth]) => truth !== 'NE');
  return { same: compared.filter(([own, truth]) => own === truth).length, of: compared.length };
}
