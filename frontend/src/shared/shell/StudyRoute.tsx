import { type ComponentType, lazy, Suspense } from 'react';
import { Redirect } from 'wouter';
import { ApiError } from '../api';
import { StudyContext, useStudyQuery } from '../study';
import { Failure, Loading } from '../ui';
import { NotFound } from './NotFound';
import { Shell } from './Shell';
import { type Section, sectionsFor } from './sections';

const ProtocolPage = lazy(() => import('../../investigator/ProtocolPage'));
/** A page, or one of its items or parts by the last part of the address. */
type SectionPage = ComponentType<{ item?: string }>;
const PAGES: Record<Section, SectionPage> = {
  '': lazy(() => import('../../investigator/OverviewPage')),
  upload: lazy(() => import('../../coordinator/UploadPage')),
  quarantine: lazy(() => import('../../coordinator/quarantine/QuarantinePage')),
  quality: lazy(() => import('../../coordinator/quality/QualityPage')),
  queries: lazy(() => import('../../coordinator/quality/QueriesPage')),
  cases: lazy(() => import('../../coordinator/CasesPage')),
  translations: lazy(() => import('../../investigator/TranslationsPage')),
  people: lazy(() => import('../../investigator/PeoplePage')),
  qualification: lazy(() => import('../../investigator/qualification/QualificationPage')),
  allocation: lazy(() => import('../../investigator/AllocationPage')),
  progress: lazy(() => import('../../investigator/ProgressPage')),
  report: lazy(() => import('../../investigator/ReportPage')),
  unblinding: lazy(() => import('../../investigator/unblinding/UnblindingPage')),
  replays: lazy(() => import('../../investigator/replay/ReplaysPage')),
  journal: lazy(() => import('../../investigator/JournalPage')),
  protocol: ProtocolPage,
};
const ITEM_PAGES: Partial<Record<Section, SectionPage>> = {
  cases: lazy(() => import('../../coordinator/CasePage')),
  quality: lazy(() => import('../../coordinator/quality/QualityCasePage')),
  // Its parts: edited, rehearsed, amended, compared.
  protocol: ProtocolPage,
};
const ReplayPage = lazy(() => import('../../investigator/replay/ReplayPage'));

interface Props {
  id: string;
  section: string;
  item?: string;
}

/** One study: fetched once, given to all its pages. A section that is not the person's is as absent as an unknown one. */
export function StudyRoute({ id, section, item }: Props) {
  const { data: study, error, refetch } = useStudyQuery(id);
  if (!study) {
    return (
      <Shell studyId={id}>
        {!error && <Loading />}
        {error instanceof ApiError && error.status === 404 && <NotFound />}
        {error && !(error instanceof ApiError && error.status === 404) && (
          <Failure error={error} retry={() => void refetch()} />
        )}
      </Shell>
    );
  }
  const offered = sectionsFor(study.roles);
  const first = offered[0];
  if (section === '' && first) return <Redirect to={`/studies/${id}/${first}`} replace />;
  const known = offered.find((name) => name === section);
  if (known === 'replays' && item) {
    // Like the reader's own page, it fills the screen: no header.
    return (
      <StudyContext value={study}>
        <Suspense fallback={<Loading />}>
          <ReplayPage token={item} />
        </Suspense>
      </StudyContext>
    );
  }
  const Page = known === undefined ? NotFound : item ? (ITEM_PAGES[known] ?? NotFound) : PAGES[known];
  return (
    <StudyContext value={study}>
      <Shell studyId={id} simulated={study.simulated}>
        <Suspense fallback={<Loading />}>
          <Page key={`${section}/${item ?? ''}`} item={item} />
        </Suspense>
      </Shell>
    </StudyContext>
  );
}
