import {
  type ComponentType,
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useT } from '../../shared/i18n';
import { Badge, Banner, Button, Failure, Loading } from '../../shared/ui';
import './charter.css';
import { breachesBelow, type Clause, EditingContext, useSay } from './editing';
import { LeaveGuard } from './LeaveGuard';
import { ROOTS, SECTIONS, type SectionName } from './schema';
import type { Charter } from './useCharter';
import { inFormWords } from './words';

const Notation = lazy(() => import('./NotationView'));
const PAGES: Record<SectionName, ComponentType> = {
  basics: lazy(() => import('./sections/BasicsSection')),
  arms: lazy(() => import('./sections/ArmsSection')),
  sessions: lazy(() => import('./sections/SessionsSection')),
  form: lazy(() => import('./sections/FormSection')),
  display: lazy(() => import('./sections/DisplaySection')),
  conduct: lazy(() => import('./sections/ConductSection')),
  qualification: lazy(() => import('./sections/QualificationSection')),
  adjudication: lazy(() => import('./sections/AdjudicationSection')),
  analysis: lazy(() => import('./sections/AnalysisSection')),
  intake: lazy(() => import('./sections/IntakeSection')),
};
const NO_CLAUSES: readonly Clause[] = [];

interface Props {
  charter: Charter;
  clauses?: readonly Clause[];
  /** What is done with the changes: a button. */
  action: ReactNode;
  onDiscard: () => void;
}

/** The charter section by section, with what is wrong at its place; nothing is stored here. */
export function CharterEditor({ charter, clauses = NO_CLAUSES, action, onDiscard }: Props) {
  const t = useT();
  const [shown, show] = useState<SectionName | 'notation'>('basics');
  const pane = useRef<HTMLDivElement>(null);
  const [toMend, setToMend] = useState(0);
  const { document, edit } = charter;
  const say = useSay();
  const breaches = useMemo(
    () =>
      charter.breaches.map(({ place, message }) => ({ place, message: inFormWords(message, place, say) })),
    [charter.breaches, say],
  );
  const editing = useMemo(
    () => ({ document, edit, breaches, clauses, closed: false }),
    [document, edit, breaches, clauses],
  );

  useEffect(() => {
    if (toMend === 0) return;
    const wrong = pane.current?.querySelector<HTMLElement>('[aria-invalid], .charter-breach');
    wrong?.scrollIntoView({ block: 'center' });
    wrong?.focus();
  }, [toMend]);

  const onKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    // A text that is written as a whole has its own memory.
    if (event.target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) charter.redo();
    else charter.undo();
  };

  const Page = shown === 'notation' ? null : PAGES[shown];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: undo and redo by the keys that every editor has; there are buttons, too
    <div className="stack" onKeyDown={onKey}>
      {charter.isChanged && <LeaveGuard onLeave={onDiscard} />}
      <div className="charter-bar">
        <Standing charter={charter} />
        <div className="actions">
          <Button disabled={!charter.canUndo} onClick={charter.undo}>
            {t('charter.undo')}
          </Button>
          <Button disabled={!charter.canRedo} onClick={charter.redo}>
            {t('charter.redo')}
          </Button>
          {action}
        </div>
      </div>
      {charter.wasRestored && charter.isChanged && (
        <Banner action={<Button onClick={onDiscard}>{t('charter.discard')}</Button>}>
          {t('charter.restored')}
        </Banner>
      )}
      {charter.checkFailed && <Failure error={charter.checkFailed} />}
      {breaches.length > 0 && (
        <Banner tone="warn">
          <p>{t('charter.toMend', { count: breaches.length })}</p>
          <ul className="charter-breaches">
            {breaches.map((breach) => {
              const section = SECTIONS.find((name) => breachesBelow([breach], ROOTS[name]).length > 0);
              return (
                <li key={breach.place}>
                  {breach.message}{' '}
                  {section && (
                    <Button
                      look="quiet"
                      onClick={() => {
                        show(section);
                        setToMend((number) => number + 1);
                      }}
                    >
                      {t('charter.goTo', { section: t(`charter.section.${section}`) })}
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
        </Banner>
      )}
      <div className="charter-frame">
        <nav className="charter-nav" aria-label={t('charter.sections')}>
          {SECTIONS.map((name) => {
            const wrong = breachesBelow(breaches, ROOTS[name]).length;
            return (
              <button
                type="button"
                key={name}
                aria-current={shown === name ? 'true' : undefined}
                onClick={() => show(name)}
              >
                {t(`charter.section.${name}`)}
                {wrong > 0 && <Badge tone="bad">{t('charter.wrong', { count: wrong })}</Badge>}
              </button>
            );
          })}
          <button
            type="button"
            aria-current={shown === 'notation' ? 'true' : undefined}
            onClick={() => show('notation')}
          >
            {t('charter.section.notation')}
          </button>
        </nav>
        <div ref={pane} className="charter-pane">
          <EditingContext value={editing}>
            <Suspense fallback={<Loading />}>{Page ? <Page /> : <Notation charter={charter} />}</Suspense>
          </EditingContext>
        </div>
      </div>
    </div>
  );
}

/** Whether there is anything to store, and whether it could be. */
function Standing({ charter }: { charter: Charter }) {
  const t = useT();
  const tone = charter.breaches.length > 0 ? 'bad' : charter.isChanged ? 'warn' : 'good';
  const said = !charter.isChanged
    ? 'charter.unchanged'
    : charter.breaches.length > 0
      ? 'charter.changedWrong'
      : charter.isChecked
        ? 'charter.changed'
        : 'charter.checking';
  return (
    <p role="status" className="charter-standing">
      <Badge tone={tone}>{t(said)}</Badge>
    </p>
  );
}
