import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Empty, Facts, PageHead, Panel } from '../shared/ui';
import './investigator.css';
import { JsonDocument } from './JsonDocument';

interface Document {
  reader_title: string;
  arms: { code: string; label: string }[];
  reference_arm: string;
  sessions: number;
  washout_days: number;
  repeat_fraction: number;
  margins: { score: number; uptake: number };
}

export default function ProtocolPage() {
  const t = useT();
  const { protocol } = useStudy();
  if (!protocol) return <Empty title={t('protocol.none')} />;
  const document = protocol.document as unknown as Document;
  return (
    <>
      <PageHead title={t('protocol.title')} lead={t('protocol.lead')} />
      <Panel title={t('protocol.version', { version: protocol.version })}>
        <Facts
          items={[
            [t('protocol.digest'), <code key="sha">{protocol.sha256}</code>],
            [t('protocol.readerTitle'), document.reader_title],
            [
              t('protocol.arms'),
              document.arms
                .map(({ code, label }) =>
                  code === document.reference_arm ? t('protocol.reference', { label }) : label,
                )
                .join(t('list.separator')),
            ],
            [t('protocol.sessions'), String(document.sessions)],
            [t('protocol.washout'), t('protocol.days', { count: document.washout_days })],
            [
              t('protocol.margins'),
              t('protocol.marginsText', { score: document.margins.score, uptake: document.margins.uptake }),
            ],
          ]}
        />
      </Panel>
      <Panel title={t('protocol.document')}>
        <JsonDocument value={protocol.document} />
      </Panel>
    </>
  );
}
