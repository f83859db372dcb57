import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { tell } from '../../shared/api/client';
import type { Role } from '../../shared/api/types';
import { type Language, useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Banner, Button, Failure, Field, Panel } from '../../shared/ui';
import { Offered } from './Offered';
import { usePeopleChanged } from './queries';
import { rolesOpen } from './roles';

/** Offers somebody a role; says what the role does and sees before it is offered. */
export function InviteForm() {
  const t = useT();
  const study = useStudy();
  const language = useLanguage();
  const changed = usePeopleChanged(study.id);
  const open = rolesOpen(study);
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [theirLanguage, setTheirLanguage] = useState<Language>(language);
  const [role, setRole] = useState<Role>(open[0] ?? 'monitor');
  const [siteId, setSiteId] = useState('');
  const needsSite = role === 'coordinator';
  const site = study.sites.find(({ id }) => id === siteId) ?? study.sites[0];
  const inviting = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies/{study_id}/invitations',
        { study_id: study.id },
        {
          email,
          full_name: name.trim(),
          language: theirLanguage,
          role,
          site_id: needsSite ? (site?.id ?? null) : null,
        },
      ),
    onSuccess: () => {
      setEmail('');
      setName('');
      return changed();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    inviting.mutate();
  };
  const siteMissing = needsSite && !site;
  return (
    <Panel title={t('invitation.title')}>
      <form className="stack" onSubmit={submit}>
        <p className="dim">{t('invitation.lead')}</p>
        {!study.takes_readers && open.includes('adjudicator') && (
          <p className="dim">{t('invitation.noReaders')}</p>
        )}
        <div className="form row">
          <Field label={t('invitation.name')}>
            <input required maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t('people.email')}>
            <input type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
          </Field>
          <Field label={t('invitation.language')}>
            <select
              value={theirLanguage}
              onChange={(event) => setTheirLanguage(event.target.value as Language)}
            >
              <option value="ja">日本語</option>
              <option value="en">English</option>
            </select>
          </Field>
        </div>
        <div className="form row">
          <Field label={t('people.role')}>
            <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
              {open.map((offered) => (
                <option key={offered} value={offered}>
                  {t(`role.${offered}`)}
                </option>
              ))}
            </select>
          </Field>
          {needsSite && site && (
            <Field label={t('people.site')}>
              <select required value={site.id} onChange={(event) => setSiteId(event.target.value)}>
                {study.sites.map(({ id, code, name: hospital }) => (
                  <option key={id} value={id}>
                    {code} {hospital}
                  </option>
                ))}
              </select>
            </Field>
          )}
        </div>
        <p aria-live="polite">
          {t(`roles.${role}.does`)} <span className="dim">{t(`roles.${role}.sees`)}</span>
        </p>
        {siteMissing && <Banner tone="warn">{t('invitation.sitesFirst')}</Banner>}
        {inviting.isError && <Failure error={inviting.error} />}
        <div className="actions">
          <Button type="submit" look="primary" busy={inviting.isPending} disabled={siteMissing}>
            {t('invitation.send')}
          </Button>
        </div>
        {inviting.data && <Offered key={inviting.data.link} offer={inviting.data} />}
      </form>
    </Panel>
  );
}
