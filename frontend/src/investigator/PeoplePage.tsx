import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask, tell } from '../shared/api/client';
import type { Role, Site } from '../shared/api/types';
import { useT } from '../shared/i18n';
import { useMay, useStudy } from '../shared/study';
import { Button, Empty, Failure, Field, Loading, PageHead, Panel } from '../shared/ui';
import './investigator.css';

const ROLES: readonly Role[] = ['coordinator', 'reader', 'investigator', 'monitor'];

export default function PeoplePage() {
  const t = useT();
  const study = useStudy();
  const manages = useMay('investigator');
  const members = useQuery({
    queryKey: ['members', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/members', { study_id: study.id }, { signal }),
  });
  return (
    <>
      <PageHead title={t('people.title')} lead={t('people.lead')} />
      <div className="columns wide-second">
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
        <Panel title={t('people.members')} flush>
          {members.error && <Failure error={members.error} retry={() => void members.refetch()} />}
          {members.isPending && <Loading />}
          {members.data && (
            <div className="table-frame">
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t('people.name')}</th>
                    <th scope="col">{t('people.email')}</th>
                    <th scope="col">{t('people.role')}</th>
                    <th scope="col">{t('people.site')}</th>
                  </tr>
                </thead>
                <tbody>
                  {members.data.map((member) => (
                    <tr key={member.id}>
                      <th scope="row">{member.full_name}</th>
                      <td>{member.email}</td>
                      <td>{t(`role.${member.role}`)}</td>
                      <td>{member.site?.code ?? '–'}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {manages && <AddMember sites={study.sites} />}
        </Panel>
      </div>
    </>
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

function AddMember({ sites }: { sites: Site[] }) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('coordinator');
  const [siteId, setSiteId] = useState(sites[0]?.id ?? '');
  const adding = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies/{study_id}/members',
        { study_id: study.id },
        {
          email,
          role,
          site_id: role === 'coordinator' ? siteId || sites[0]?.id : null,
        },
      ),
    onSuccess: () => {
      setEmail('');
      return client.invalidateQueries({ queryKey: ['members', study.id] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <form className="panel-form stack" onSubmit={submit}>
      <h3>{t('people.addMember')}</h3>
      <p className="dim">{t('people.rule')}</p>
      {adding.isError && <Failure error={adding.error} />}
      <div className="form row">
        <Field label={t('people.email')}>
          <input type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
        </Field>
        <Field label={t('people.role')}>
          <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {ROLES.map((name) => (
              <option key={name} value={name}>
                {t(`role.${name}`)}
              </option>
            ))}
          </select>
        </Field>
        {role === 'coordinator' && (
          <Field label={t('people.site')}>
            <select required value={siteId} onChange={(event) => setSiteId(event.target.value)}>
              {sites.map((site) => (
                <option key={site.id} value={site.id}>
                  {site.code} {site.name}
                </option>
              ))}
            </select>
          </Field>
        )}
      </div>
      <div className="actions">
        <Button type="submit" busy={adding.isPending}>
          {t('people.add')}
        </Button>
      </div>
    </form>
  );
}
