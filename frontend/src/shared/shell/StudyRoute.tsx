import { type ComponentType, lazy, Suspense } from 'react';
import { Redirect } from 'wouter';
import { ApiError } from '../api';
import { StudyContext, useStudyQuery } from '../study';
import { Failure, Loading } from '../ui';
import { NotFound } from './NotFound';
import { Shell } from './Shell';
import { type Section, sectionsFor } from './sections';

const PAGES: Record<Section, ComponentType> = {
  '': lazy(() => import('../../investigator/OverviewPage')),
  upload: lazy(() => import('../../coordinator/UploadPage')),
  quarantine: lazy(() => import('../../coordinator/quarantine/QuarantinePage')),
  cases: lazy(() => import('../../coordinator/CasesPage')),
  translations: lazy(() => import('../../investigator/TranslationsPage')),
  people: lazy(() => import('../../investigator/PeoplePage')),
  allocation: lazy(() => import('../../investigator/AllocationPage')),
  progress: lazy(() => import('../../investigator/ProgressPage')),
  report: lazy(() => import('../../investigator/ReportPage')),
  journal: lazy(() => import('../../investigator/JournalPage')),
  protocol: lazy(() => import('../../investigator/ProtocolPage')),
};
const CasePage = lazy(() => import('../../coordinator/CasePage'));

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
  const Page =
    known === undefined ? NotFound : known === 'cases' && item ? CasePage : item ? NotFound : PAGES[known];
  return (
    <StudyContext value={study}>
      <Shell studyId={id} simulated={study.simulated}>
        <Suspense fallback={<Loading />}>
          <Page key={`${section}/${item ?? ''}`} />
        </Suspense>
      </Shell>
    </StudyContext>
  );
}
