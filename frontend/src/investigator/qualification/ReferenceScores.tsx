import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { tell } from '../../shared/api/client';
import type { Qualification } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Banner, Button, Failure, Field, Panel } from '../../shared/ui';
import { keep } from './queries';

const EXAMPLE = 'subject,state,segment,score\nA-0001,stress,1,0\nA-0001,stress,2,NE\n…';

/** What readers are measured against, as a table from a file or from the clipboard. Every version is kept. */
export function ReferenceScores({ qualification }: { qualification: Qualification }) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  const may =
    useMay('investigator') && !qualification.opened_at && ['draft', 'frozen', 'open'].includes(study.state);
  const [table, setTable] = useState('');
  const [reason, setReason] = useState('');
  const entering = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies/{study_id}/qualification/reference',
        { study_id: study.id },
        { table, reason: reason.trim() },
      ),
    onSuccess: async (found) => {
      setTable('');
      setReason('');
      await keep(client, study.id, found);
    },
  });
  const any = qualification.cases.some(({ reference }) => reference !== null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    void event.target.files?.[0]?.text().then(setTable);
    event.target.value = '';
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate();
  };
  if (!may && !any) return null;
  return (
    <Panel
      title={t('qualification.referenceTitle')}
      aside={
        any && (
          <a className="button" href={`/api/studies/${study.id}/qualification/reference.csv`} download>
            {t('qualification.download')}
          </a>
        )
      }
    >
      <div className="stack">
        <p>{t('qualification.referenceLead')}</p>
        {qualification.opened_at && <p className="dim">{t('qualification.referenceLater')}</p>}
        {entering.isSuccess && <Banner tone="good">{t('qualification.kept')}</Banner>}
        {may && (
          <form className="stack" onSubmit={submit}>
            <Field label={t('qualification.file')}>
              <input type="file" accept=".csv,.tsv,.txt,text/csv" onChange={choose} />
            </Field>
            <Field label={t('qualification.table')} hint={t('qualification.tableHint')}>
              <textarea
                className="mono"
                rows={8}
                required
                spellCheck={false}
                placeholder={EXAMPLE}
                value={table}
                onChange={(event) => setTable(event.target.value)}
              />
            </Field>
            <Field label={t('sign.reason')} hint={t('qualification.reasonHint')}>
              <input
                required
                maxLength={500}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            </Field>
            {entering.isError && <Failure error={entering.error} />}
            <div className="actions">
              <Button
                type="submit"
                look="primary"
                busy={entering.isPending}
                disabled={!table.trim() || !reason.trim()}
              >
                {t('qualification.keep')}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Panel>
  );
}
