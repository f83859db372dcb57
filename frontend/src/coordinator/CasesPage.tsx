import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ask } from '../shared/api/client';
import type { Case, CaseImage, ImageSet, StateName } from '../shared/api/types';
import { bySubject } from '../shared/format';
import { useT } from '../shared/i18n';
import { useMay, useStudy } from '../shared/study';
import { AiBadge, Badge, Empty, Failure, Loading, PageHead, Panel } from '../shared/ui';
import './coordinator.css';
import { imageOf, OF_ORGAN, organOf, STANDING_TONE, standing } from './images';

type Filter = 'all' | 'toCheck' | 'incomplete' | 'complete';

const MATCHES: Record<Filter, (one: Case) => boolean> = {
  all: () => true,
  toCheck: (one) => one.images.some((image) => standing(image) === 'pending'),
  incomplete: (one) => !one.complete,
  complete: (one) => one.complete,
};

/** Phrases of what a case waits for; the cells beside them say the rest. */
const SHOWN = 2;

export default function CasesPage() {
  const t = useT();
  const study = useStudy();
  const uploads = useMay('coordinator');
  const [filter, setFilter] = useState<Filter>('all');
  const cases = useQuery({
    queryKey: ['cases', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/cases', { study_id: study.id }, { signal }),
    // Images are derived and translated in the background; once every case is settled there is nothing to wait for.
    refetchInterval: ({ state }) => (state.data?.every((one) => one.complete) ? 30_000 : 3_000),
  });
  const all = cases.data ?? [];
  const shown = all.filter(MATCHES[filter]).sort(bySubject);

  return (
    <>
      <PageHead title={t('cases.title')} lead={t(uploads ? 'cases.leadSite' : 'cases.leadAll')} />
      {cases.error && <Failure error={cases.error} retry={() => void cases.refetch()} />}
      {cases.isPending && <Loading />}
      {cases.data && (
        <Panel flush>
          {all.length === 0 ? (
            <Empty title={t('cases.none')}>
              <p>{t('cases.noneText')}</p>
              {uploads && (
                <Link className="button primary" href={`/studies/${study.id}/upload`}>
                  {t('cases.upload')}
                </Link>
              )}
            </Empty>
          ) : (
            <>
              <fieldset className="filters" aria-label={t('cases.filter')}>
                {(Object.keys(MATCHES) as Filter[]).map((name) => (
                  <button
                    key={name}
                    type="button"
                    className="chip"
                    aria-pressed={filter === name}
                    onClick={() => setFilter(name)}
                  >
                    {t(`cases.filter.${name}`, { number: all.filter(MATCHES[name]).length })}
                  </button>
                ))}
              </fieldset>
              {shown.length === 0 ? <Empty title={t('cases.filter.none')} /> : <CaseTable cases={shown} />}
            </>
          )}
        </Panel>
      )}
    </>
  );
}

function CaseTable({ cases }: { cases: Case[] }) {
  const t = useT();
  const study = useStudy();
  const allSites = study.roles.some((role) => role !== 'coordinator');
  const there = cases.flatMap(({ needs, images }) => [...needs, ...images].map(({ image_set }) => image_set));
  const { sets, states } = OF_ORGAN[organOf(there)];
  const places = sets.flatMap((set) => states.map((state) => ({ set, state })));
  return (
    <div className="table-frame">
      <table className="table case-table">
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              {t('cases.case')}
            </th>
            {allSites && (
              <th scope="col" rowSpan={2}>
                {t('cases.site')}
              </th>
            )}
            {sets.map((set) => (
              <th key={set} scope="colgroup" colSpan={states.length} className="set">
                {t(`set.${set}`)} {set.startsWith('virtual_') && <AiBadge />}
              </th>
            ))}
            <th scope="col" rowSpan={2}>
              {t('cases.missing')}
            </th>
          </tr>
          <tr>
            {places.map(({ set, state }) => (
              <th key={`${set}/${state}`} scope="col">
                {t(`state.${state}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tfoot>
          <tr>
            <th scope="row" colSpan={allSites ? 2 : 1}>
              {t('cases.accepted')}
            </th>
            {places.map(({ set, state }) => (
              <td key={`${set}/${state}`}>{progress(cases, set, state) ?? <span className="dim">–</span>}</td>
            ))}
            <td>{`${cases.filter((one) => one.complete).length} / ${cases.length}`}</td>
          </tr>
        </tfoot>
        <tbody>
          {cases.map((one) => (
            <tr key={one.id}>
              <th scope="row" className="nowrap">
                <Link href={caseAddress(study.id, one.id)}>{one.subject}</Link>
              </th>
              {allSites && <td>{one.site.code}</td>}
              {places.map(({ set, state }) => (
                <td key={`${set}/${state}`}>
                  <Cell
                    caseId={one.id}
                    image={imageOf(one.images, set, state)}
                    needed={needOf(one, set, state) !== undefined}
                  />
                </td>
              ))}
              <td>
                {one.complete ? (
                  <Badge tone="good">{t('cases.complete')}</Badge>
                ) : (
                  <ul className="waiting">
                    {one.waiting_for.slice(0, SHOWN).map((what) => (
                      <li key={what}>{what}</li>
                    ))}
                    {one.waiting_for.length > SHOWN && (
                      <li title={one.waiting_for.join('\n')}>
                        {t('cases.more', { number: one.waiting_for.length - SHOWN })}
                      </li>
                    )}
                  </ul>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ caseId, image, needed }: { caseId: string; image: CaseImage | undefined; needed: boolean }) {
  const t = useT();
  const study = useStudy();
  const where = standing(image);
  if (!image && needed) return <Badge tone="plain">{t('cases.needed')}</Badge>;
  if (!image)
    return (
      <span className="dim" title={t('cases.notNeeded')}>
        –
      </span>
    );
  return (
    <Link href={`${caseAddress(study.id, caseId)}?image=${image.id}`} className="cell-link">
      <Badge tone={STANDING_TONE[where]}>{t(`standing.${where}`)}</Badge>
      {image.flags.length > 0 && (
        <span className="flagged" role="img" title={t('cases.flags')} aria-label={t('cases.flags')}>
          ⚠
        </span>
      )}
    </Link>
  );
}

/** What the arms of the protocol need in a place of a case; undefined if they need nothing there. */
function needOf(one: Case, set: ImageSet, state: StateName) {
  return one.needs.find((need) => need.image_set === set && need.state === state);
}

/** Accepted images of a place, of as many as the protocol needs. */
function progress(cases: readonly Case[], set: ImageSet, state: StateName): string | undefined {
  const needs = cases.map((one) => needOf(one, set, state)).filter((need) => need !== undefined);
  return needs.length ? `${needs.filter((need) => !need.code).length} / ${needs.length}` : undefined;
}

function caseAddress(studyId: string, caseId: string): string {
  return `/studies/${studyId}/cases/${caseId}`;
}
