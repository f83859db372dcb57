import { Link, useLocation } from 'wouter';
import { csrfToken } from '../api';
import type { Role } from '../api/types';
import { useT } from '../i18n';
import { homeOf, homeOfStudy, type StudyRoles, studiesOf, useSession } from '../session';
import { LanguageSwitch } from './LanguageSwitch';
import { Menu } from './Menu';
import { sectionsFor } from './sections';

export function Header({ studyId }: { studyId?: string }) {
  const t = useT();
  const session = useSession();
  const studies = studiesOf(session);
  const current = studies.find(({ study }) => study.id === studyId);
  return (
    <header className="header">
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <div className="header-row">
        <Link className="brand" href={homeOf(session)}>
          <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" />
          {t('app.name')}
        </Link>
        <StudySwitch studies={studies} current={current} />
        <span className="spacer" />
        <LanguageSwitch />
        <Menu name={t('nav.account', { name: session.user.full_name })} label={session.user.full_name} end>
          <p>{session.user.email}</p>
          <form method="post" action="/accounts/sign-out">
            <input type="hidden" name="csrfmiddlewaretoken" value={csrfToken()} />
            <button type="submit">{t('nav.signOut')}</button>
          </form>
        </Menu>
      </div>
      {current && <Tabs studyId={current.study.id} roles={current.roles} />}
    </header>
  );
}

function StudySwitch({ studies, current }: { studies: StudyRoles[]; current?: StudyRoles }) {
  const t = useT();
  const session = useSession();
  const listed = studies.filter(({ roles }) => !roles.includes('reader'));
  const reads = studies.some(({ roles }) => roles.includes('reader'));
  if (listed.length === 0) return null;
  return (
    <Menu name={t('nav.studies')} label={current?.study.title ?? t('nav.studies')}>
      {listed.map(({ study, roles }) => (
        <Link key={study.id} href={homeOfStudy(study.id, roles)}>
          {study.title}
          <span className="dim">{t(`study.state.${study.state}`)}</span>
        </Link>
      ))}
      {(session.user.is_staff || listed.some(({ roles }) => roles.includes('investigator'))) && (
        <Link href="/studies">{t('nav.allStudies')}</Link>
      )}
      {reads && <Link href="/reading">{t('nav.reading')}</Link>}
    </Menu>
  );
}

function Tabs({ studyId, roles }: { studyId: string; roles: Role[] }) {
  const t = useT();
  const [location] = useLocation();
  const sections = sectionsFor(roles);
  if (sections.length < 2) return null;
  const here = location.split('/')[3] ?? '';
  return (
    <nav className="tabs" aria-label={t('nav.sections')}>
      {sections.map((section) => (
        <Link
          key={section}
          href={section ? `/studies/${studyId}/${section}` : `/studies/${studyId}`}
          aria-current={section === here ? 'page' : undefined}
        >
          {t(`section.${section || 'overview'}`)}
        </Link>
      ))}
    </nav>
  );
}
