import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { put } from '../../shared/api';
import { useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Button, PageHead, ReasonDialog } from '../../shared/ui';
import { CharterEditor } from './CharterEditor';
import { CharterTabs } from './CharterTabs';
import type { JsonObject } from './document';
import { forget } from './unsaved';
import { type Base, useCharter } from './useCharter';

/** The charter of a draft: whoever conducts the study changes it freely, each time as a new version with a reason. */
export default function EditPage() {
  const t = useT();
  const { protocol } = useStudy();
  const [discarded, setDiscarded] = useState(0);
  if (!protocol) return null;
  return (
    <>
      <PageHead title={t('charter.editTitle')} lead={t('charter.editLead')} />
      <CharterTabs />
      <Editing
        key={`${protocol.sha256} ${discarded}`}
        base={{ sha256: protocol.sha256, document: protocol.document as JsonObject }}
        onDiscarded={() => setDiscarded(discarded + 1)}
      />
    </>
  );
}

function Editing({ base, onDiscarded }: { base: Base; onDiscarded: () => void }) {
  const t = useT();
  const study = useStudy();
  const charter = useCharter(study.id, base);
  const [storing, setStoring] = useState(false);
  return (
    <>
      <CharterEditor
        charter={charter}
        onDiscard={() => {
          forget(study.id);
          onDiscarded();
        }}
        action={
          <Button
            look="primary"
            disabled={!charter.isChanged || !charter.isChecked || charter.breaches.length > 0}
            onClick={() => setStoring(true)}
          >
            {t('charter.store')}
          </Button>
        }
      />
      {storing && <StoreDialog base={base} document={charter.document} onClose={() => setStoring(false)} />}
    </>
  );
}

interface StoreProps {
  base: Base;
  document: JsonObject;
  onClose: () => void;
}

function StoreDialog({ base, document, onClose }: StoreProps) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  return (
    <ReasonDialog
      title={t('charter.store')}
      confirm={t('charter.storeNow')}
      act={async (reason) => {
        await put(
          `/api/studies/${study.id}/protocol`,
          JSON.stringify({ document, reason, sha256: base.sha256 }),
        );
        forget(study.id);
        await client.invalidateQueries();
      }}
      onClose={onClose}
    >
      <p>{t('charter.storeText')}</p>
    </ReasonDialog>
  );
}
