import { type ComponentType, lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { useT } from '../shared/i18n';
import { NotFound } from '../shared/shell/NotFound';
import { useMay, useStudy } from '../shared/study';
import { Empty, Facts, Loading, PageHead, Panel } from '../shared/ui';
import { CharterTabs } from './charter/CharterTabs';
import './charter/charter.css';
import type { JsonObject } from './charter/document';
import { CharterInWords } from './charter/InWords';
import { MilestonesPanel } from './charter/MilestonesPanel';
import { FreezeProtocol } from './FreezeProtocol';
import './investigator.css';

const EditPage = lazy(() => import('./charter/EditPage'));
const AmendPage = lazy(() => import('./charter/AmendPage'));
const RehearsalPage = lazy(() => import('./charter/RehearsalPage'));
const VersionsPage = lazy(() => import('./charter/VersionsPage'));

interface Part {
  page: ComponentType;
  /** In which states of the study it can be used, by its investigator alone; without them by all who see the protocol. */
  states?: readonly string[];
}

const PARTS: Readonly<Record<string, Part>> = {
  edit: { page: EditPage, states: ['draft'] },
  amend: { page: AmendPage, states: ['frozen', 'open'] },
  rehearsal: { page: RehearsalPage, states: ['draft', 'frozen'] },
  versions: { page: VersionsPage },
};

/** The charter of the study: read here; changed, rehearsed and compared on pages of its own. */
export default function ProtocolPage({ item = '' }: { item?: string }) {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const part = PARTS[item];
  if (!study.protocol) return <Empty title={t('protocol.none')} />;
  if (item === '') return <Charter />;
  if (!part || (part.states && !may)) return <NotFound />;
  if (part.states && !part.states.includes(study.state)) return <OtherState />;
  return (
    <Suspense fallback={<Loading />}>
      <part.page />
    </Suspense>
  );
}

/** A page of an earlier state, left open or linked to: says so instead of failing. */
function OtherState() {
  const t = useT();
  const study = useStudy();
  return (
    <>
      <PageHead title={t('protocol.title')} lead={t('protocol.lead')} />
      <CharterTabs />
      <Empty title={t('charter.otherState', { state: t(`study.state.${study.state}`) })}>
        <Link className="button" href={`/studies/${study.id}/protocol`}>
          {t('charter.tab.read')}
        </Link>
      </Empty>
    </>
  );
}

function Charter() {
  const t = useT();
  const study = useStudy();
  const { protocol } = study;
  if (!protocol) return null;
  return (
    <>
      <PageHead title={t('protocol.title')} lead={t('protocol.lead')} />
      <CharterTabs />
      <MilestonesPanel />
      {study.state === 'draft' && <FreezeProtocol />}
      <Panel title={t('protocol.version', { version: protocol.version })}>
        <Facts
          items={[
            [t('protocol.digest'), <code key="sha">{protocol.sha256}</code>],
            [t('versions.reason'), protocol.reason || '–'],
          ]}
        />
      </Panel>
      <CharterInWords document={protocol.document as JsonObject} />
    </>
  );
}
