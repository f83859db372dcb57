import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../shared/api/client';
import { useT } from '../shared/i18n';
import { useMay, useStudy } from '../shared/study';
import { Button, Panel, SignDialog } from '../shared/ui';

/** The principal investigator signs the version of the protocol that is shown. */
export function FreezeProtocol() {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const [signing, setSigning] = useState(false);
  const { protocol } = study;
  if (!protocol) return null;
  return (
    <Panel title={t('freeze.title')}>
      <div className="stack">
        <p>{t('freeze.text')}</p>
        {may && (
          <div className="actions">
            <Button look="primary" onClick={() => setSigning(true)}>
              {t('freeze.freeze')}
            </Button>
          </div>
        )}
      </div>
      {signing && (
        <SignDialog
          title={t('freeze.title')}
          meaning={t('freeze.meaning', { version: protocol.version })}
          confirm={t('freeze.sign')}
          sign={(given) =>
            tell(
              '/api/studies/{study_id}/freeze',
              { study_id: study.id },
              { ...given, sha256: protocol.sha256 },
            )
          }
          onSigned={() => {
            setSigning(false);
            void client.invalidateQueries();
          }}
          onClose={() => setSigning(false)}
        />
      )}
    </Panel>
  );
}
