import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { tell } from '../shared/api/client';
import { type Language, useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { homeOfStudy, studiesOf } from '../shared/shell/studies';
import { Badge, Banner, Button, Empty, Failure, Field, PageHead, Panel } from '../shared/ui';
import { STATE_TONE } from './states';

export default function StudiesPage() {
  const t = useT();
  const session = useSession();
  const studies = studiesOf(session);
  const founds = session.user.is_staff;
  return (
    <>
      <PageHead title={t('studies.title')} lead={t('studies.lead')}>
        {founds && (
          <Link className="button primary" href="/studies/new">
            {t('studies.new')}
          </Link>
        )}
      </PageHead>
      <Panel flush>
        {studies.length === 0 ? (
          <Empty title={t('studies.none')}>
            <p>{t(founds ? 'studies.noneStaff' : 'studies.noneText')}</p>
          </Empty>
        ) : (
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('studies.study')}</th>
                  <th scope="col">{t('studies.state')}</th>
                  <th scope="col">{t('studies.role')}</th>
                  <th scope="col">{t('studies.data')}</th>
                </tr>
              </thead>
              <tbody>
                {studies.map(({ study, roles }) => (
                  <tr key={study.id}>
                    <th scope="row">
                      <Link href={homeOfStudy(study.id, roles)}>{study.title}</Link>
                    </th>
                    <td>
                      <Badge tone={STATE_TONE[study.state]}>{t(`study.state.${study.state}`)}</Badge>
                    </td>
                    <td>{roles.map((role) => t(`role.${role}`)).join(t('list.separator'))}</td>
                    <td>{t(study.simulated ? 'studies.simulated' : 'studies.real')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      {founds && <Invite />}
    </>
  );
}

/** Administrators make accounts by handing out a link; what the person may do is decided in each study. */
function Invite() {
  const t = useT();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [language, setLanguage] = useState<Language>('ja');
  const inviting = useMutation({
    mutationFn: () => tell('/api/invitations', {}, { email, full_name: name, language }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    inviting.mutate();
  };
  return (
    <Panel title={t('invite.title')}>
      <form className="stack" onSubmit={submit}>
        <p className="dim">{t('invite.text')}</p>
        <div className="form row">
          <Field label={t('invite.name')}>
            <input required value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t('invite.email')}>
            <input type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
          </Field>
          <Field label={t('nav.language')}>
            <select value={language} onChange={(event) => setLanguage(event.target.value as Language)}>
              <option value="ja">日本語</option>
              <option value="en">English</option>
            </select>
          </Field>
        </div>
        <div className="actions">
          <Button type="submit" busy={inviting.isPending}>
            {t('invite.make')}
          </Button>
        </div>
        {inviting.isError && <Failure error={inviting.error} />}
        {inviting.data && (
          <Banner tone="good">
            {t('invite.made')}{' '}
            <code className="path">{new URL(inviting.data.link, window.location.origin).href}</code>
          </Banner>
        )}
      </form>
    </Panel>
  );
}
