import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Answer, tell } from '../../shared/api/client';
import { useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Badge, Banner, Button, Failure, Loading, PageHead, Panel, SignDialog } from '../../shared/ui';
import { CharterEditor } from './CharterEditor';
import { CharterTabs } from './CharterTabs';
import type { Json, JsonObject } from './document';
import type { Clause } from './editing';
import { InWords, PlaceInWords } from './InWords';
import { useClauses } from './queries';
import { forget } from './unsaved';
import { type Base, type Charter, useCharter } from './useCharter';

type Preview = Answer<'/api/studies/{study_id}/amendment/preview', 'post'>;

/** A frozen charter is amended: what changes and what it does to the reads is said before it is signed. */
export default function AmendPage() {
  const t = useT();
  const study = useStudy();
  const { protocol } = study;
  const clauses = useClauses(study.id, protocol !== null);
  const [discarded, setDiscarded] = useState(0);
  if (!protocol) return null;
  return (
    <>
      <PageHead title={t('amend.title')} lead={t('amend.lead')} />
      <CharterTabs />
      {clauses.error && <Failure error={clauses.error} retry={() => void clauses.refetch()} />}
      {clauses.isPending && <Loading />}
      {clauses.data && (
        <Amending
          key={`${protocol.sha256} ${discarded}`}
          base={{ sha256: protocol.sha256, document: protocol.document as JsonObject }}
          clauses={clauses.data}
          onDiscarded={() => setDiscarded(discarded + 1)}
        />
      )}
    </>
  );
}

interface AmendingProps {
  base: Base;
  clauses: readonly Clause[];
  onDiscarded: () => void;
}

function Amending({ base, clauses, onDiscarded }: AmendingProps) {
  const t = useT();
  const study = useStudy();
  const charter = useCharter(study.id, base);
  const previewing = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies/{study_id}/amendment/preview',
        { study_id: study.id },
        { document: charter.document },
      ),
  });
  if (previewing.data) {
    return (
      <Previewed preview={previewing.data} base={base} charter={charter} onBack={() => previewing.reset()} />
    );
  }
  return (
    <>
      {previewing.error && <Failure error={previewing.error} />}
      <CharterEditor
        charter={charter}
        clauses={clauses}
        onDiscard={() => {
          forget(study.id);
          onDiscarded();
        }}
        action={
          <Button
            look="primary"
            busy={previewing.isPending}
            disabled={!charter.isChanged || !charter.isChecked || charter.breaches.length > 0}
            onClick={() => previewing.mutate()}
          >
            {t('amend.preview')}
          </Button>
        }
      />
    </>
  );
}

interface PreviewedProps {
  preview: Preview;
  base: Base;
  charter: Charter;
  onBack: () => void;
}

/** What the amendment does, difference by difference; from here it is signed. */
function Previewed({ preview, base, charter, onBack }: PreviewedProps) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [signing, setSigning] = useState(false);
  const { opened, signed } = preview.reads;
  return (
    <Panel
      title={t('amend.effect')}
      aside={
        <Button onClick={onBack} autoFocus>
          {t('amend.back')}
        </Button>
      }
    >
      <div className="stack">
        <Banner>{opened === 0 ? t('amend.noReads') : t('amend.reads', { opened, signed })}</Banner>
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('amend.place')}</th>
                <th scope="col">{t('amend.before')}</th>
                <th scope="col">{t('amend.after')}</th>
                <th scope="col">{t('amend.does')}</th>
              </tr>
            </thead>
            <tbody>
              {preview.differences.map((difference) => (
                <tr key={`${difference.path} ${difference.kind}`}>
                  <th scope="row">
                    <PlaceInWords
                      path={difference.path}
                      document={difference.kind === 'removed' ? base.document : charter.document}
                    />
                  </th>
                  <td>
                    <InWords path={difference.path} value={difference.before as Json} />
                  </td>
                  <td>
                    <InWords path={difference.path} value={difference.after as Json} />
                  </td>
                  <td>
                    {!difference.allowed && <Badge tone="bad">{t('amend.notAllowed')}</Badge>}{' '}
                    {difference.effect}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {!preview.allowed && <Banner tone="bad">{t('amend.refused')}</Banner>}
        <div className="actions end">
          <Button look="primary" disabled={!preview.allowed} onClick={() => setSigning(true)}>
            {t('amend.sign')}
          </Button>
        </div>
      </div>
      {signing && (
        <SignDialog
          title={t('amend.title')}
          meaning={t('amend.meaning', { count: preview.differences.length })}
          confirm={t('amend.signNow')}
          sign={(given) =>
            tell(
              '/api/studies/{study_id}/amendment',
              { study_id: study.id },
              { ...given, document: charter.document, sha256: preview.sha256 },
            )
          }
          onSigned={async () => {
            forget(study.id);
            await client.invalidateQueries();
            go(`/studies/${study.id}/protocol/versions`);
          }}
          onClose={() => setSigning(false)}
        />
      )}
    </Panel>
  );
}
