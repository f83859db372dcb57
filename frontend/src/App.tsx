import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useParams } from 'wouter';
import { later, officeWords } from './shared/i18n';
import { homeOf, SessionContext, useSession, useSessionLoading } from './shared/session';
import { ErrorBoundary } from './shared/shell/ErrorBoundary';
import { Failure, Loading } from './shared/ui';

const Queries = lazy(() => import('./shared/queries'));
const Shell = lazy(later(() => import('./shared/shell/Shell').then(({ Shell }) => ({ default: Shell }))));
const NotFound = lazy(
  later(() => import('./shared/shell/NotFound').then(({ NotFound }) => ({ default: NotFound }))),
);
const Worklist = lazy(later(() => import('./reader/Worklist')));
const QuestionsPage = lazy(later(() => import('./reader/desk/QuestionsPage')));
const ReaderPage = lazy(() => import('./reader/ReaderPage'));
const DuePage = lazy(() => officeWords().then(() => import('./due/DuePage')));
const StudiesPage = lazy(() => officeWords().then(() => import('./investigator/StudiesPage')));
const WaitingUnblindings = lazy(() =>
  officeWords().then(() => import('./investigator/unblinding/WaitingPage')),
);
const NewStudyPage = lazy(() => officeWords().then(() => import('./investigator/NewStudyPage')));
const StudyRoute = lazy(() =>
  officeWords()
    .then(() => import('./shared/shell/StudyRoute'))
    .then((module) => ({ default: module.StudyRoute })),
);

export function App() {
  const { session, error, load } = useSessionLoading();
  const [location] = useLocation();
  if (error && !session) {
    return (
      <main className="page">
        <Failure error={error} retry={() => void load()} />
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
      {/* The reader's workstation fills the screen, and waits for nothing that it does not need. */}
      <Route path="/reading/:token">
        <ReaderPage />
      </Route>
      <Route>
        <Queries>
          <OtherPages />
        </Queries>
      </Route>
    </Switch>
  );
}

function OtherPages() {
  return (
    <Switch>
      <Route path="/reading">
        <Shell>
          <Worklist />
        </Shell>
      </Route>
      <Route path="/reading/questions/:study/:session">
        <Shell>
          <QuestionsPage />
        </Shell>
      </Route>
      <Route path="/due">
        <Shell>
          <DuePage />
        </Shell>
      </Route>
      <Route path="/unblinding">
        <Shell>
          <WaitingUnblindings />
        </Shell>
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
