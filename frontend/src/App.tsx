import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useParams } from 'wouter';
import { ApiError } from './shared/api';
import { officeWords } from './shared/i18n';
import { homeOf, SessionContext, useSession, useSessionQuery } from './shared/session';
import { ErrorBoundary } from './shared/shell/ErrorBoundary';
import { NotFound } from './shared/shell/NotFound';
import { Shell } from './shared/shell/Shell';
import { Failure, Loading } from './shared/ui';

const Worklist = lazy(() => import('./reader/Worklist'));
const ReaderPage = lazy(() => import('./reader/ReaderPage'));
const StudiesPage = lazy(() => officeWords().then(() => import('./investigator/StudiesPage')));
const NewStudyPage = lazy(() => officeWords().then(() => import('./investigator/NewStudyPage')));
const StudyRoute = lazy(() =>
  officeWords()
    .then(() => import('./shared/shell/StudyRoute'))
    .then((module) => ({ default: module.StudyRoute })),
);

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays a refusal; only a lost connection or a stumbling server is worth another try.
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <SignedIn />
    </QueryClientProvider>
  );
}

function SignedIn() {
  const { data: session, error, refetch } = useSessionQuery();
  const [location] = useLocation();
  if (error && !session) {
    return (
      <main className="page">
        <Failure error={error} retry={() => void refetch()} />
      </main>
    );
  }
  if (!session) return <Loading />;
  return (
    <SessionContext value={session}>
      <ErrorBoundary resetKey={location}>
        <Suspense fallback={<Loading />}>
          <Pages />
        </Suspense>
      </ErrorBoundary>
    </SessionContext>
  );
}

function Pages() {
  const session = useSession();
  return (
    <Switch>
      <Route path="/">
        <Redirect to={homeOf(session)} replace />
      </Route>
      <Route path="/reading">
        <Shell>
          <Worklist />
        </Shell>
      </Route>
      {/* The reader's workstation fills the screen: no header. */}
      <Route path="/reading/:token">
        <ReaderPage />
      </Route>
      <Route path="/studies">
        <Shell>
          <StudiesPage />
        </Shell>
      </Route>
      <Route path="/studies/new">
        <Shell>
          <NewStudyPage />
        </Shell>
      </Route>
      <Route path="/studies/:id/:section?/:item?" component={OneStudy} />
      <Route>
        <Shell>
          <NotFound />
        </Shell>
      </Route>
    </Switch>
  );
}

function OneStudy() {
  const { id = '', section = '', item } = useParams();
  return <StudyRoute key={id} id={id} section={section} item={item} />;
}
