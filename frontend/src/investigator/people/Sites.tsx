import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { tell } from '../../shared/api/client';
import { useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Button, Empty, Failure, Field, Panel } from '../../shared/ui';

export function Sites() {
  const t = useT();
  const study = useStudy();
  const manages = useMay('investigator');
  return (
    <Panel title={t('people.sites')} flush>
      {study.sites.length === 0 ? (
        <Empty title={t('people.noSites')} />
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('people.code')}</th>
              <th scope="col">{t('people.hospital')}</th>
            </tr>
          </thead>
          <tbody>
            {study.sites.map((site) => (
              <tr key={site.id}>
                <th scope="row">{site.code}</th>
                <td>{site.name}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {manages && <AddSite />}
    </Panel>
  );
}

function AddSite() {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const adding = useMutation({
    mutationFn: () => tell('/api/studies/{study_id}/sites', { study_id: study.id }, { code, name }),
    onSuccess: () => {
      setCode('');
      setName('');
      return client.invalidateQueries({ queryKey: ['study', study.id] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <form className="panel-form stack" onSubmit={submit}>
      <h3>{t('people.addSite')}</h3>
      {adding.isError && <Failure error={adding.error} />}
      <div className="form row">
        <Field label={t('people.code')} hint={t('people.codeHint')}>
          <input
            required
            pattern="[A-Z][A-Z0-9]{0,7}"
            maxLength={8}
            value={code}
            onChange={(event) => setCode(event.target.value.toUpperCase())}
          />
        </Field>
        <Field label={t('people.hospital')}>
          <input required maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
      </div>
      <div className="actions">
        <Button type="submit" busy={adding.isPending}>
          {t('people.add')}
        </Button>
      </div>
    </form>
  );
}
