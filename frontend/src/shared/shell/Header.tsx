import type { FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { useDue } from '../../due/queries';
import { csrfToken } from '../api';
import type { Due, Role, Session } from '../api/types';
import { useT } from '../i18n';
import { homeOf, useSession } from '../session';
import { LanguageSwitch } from './LanguageSwitch';
import { Menu } from './Menu';
import { Reminders } from './Reminders';
import { sectionsFor } from './sections';
import { homeOfStudy, type StudyRoles, studiesOf } from './studies';

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
        {worksInOffice(session) && <DueLink />}
        <span className="spacer" />
        <LanguageSwitch />
        <Menu name={t('nav.account', { name: session.user.full_name })} label={session.user.full_name} end>
          <p>{session.user.email}</p>
          <Reminders on={session.user.reminders} />
          <form
            method="post"
            action="/accounts/sign-out"
            onSubmit={(event) => void leave(event, session.user.id)}
          >
            <input type="hidden" name="csrfmiddlewaretoken" value={csrfToken()} />
            <button type="submit">{t('nav.signOut')}</button>
          </form>
        </Menu>
      </div>
      {current && <Tabs studyId={current.study.id} roles={current.roles} />}
    </header>
  );
}

/** Who only reads finds everything on the worklist; an administrator may be asked as the second person. */
function worksInOffice({ user, memberships }: Session): boolean {
  return user.is_staff || memberships.some(({ role }) => role !== 'reader' && role !== 'adjudicator');
}

/** Everywhere in sight: how many kinds of work wait. */
function DueLink() {
  const t = useT();
  const [location] = useLocation();
  const count = useDue().data?.length ?? 0;
  return (
    <Link className="header-due" href="/due" aria-current={location === '/due' ? 'page' : undefined}>
      {t('due.nav')}
      {count > 0 && <span className="header-count">{count}</span>}
    </Link>
  );
}

function StudySwitch({ studies, current }: { studies: StudyRoles[]; current?: StudyRoles }) {
  const t = useT();
  const session = useSession();
  const listed = studies.filter(({ roles }) => !roles.includes('reader'));
  const reads = studies.some(({ roles }) => roles.includes('reader'));
  if (listed.length === 0) return null;
  const name = current ? `${t('nav.studies')}: ${current.study.title}` : t('nav.studies');
  return (
    <Menu name={name} label={current?.study.title ?? t('nav.studies')}>
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
  const due = useDue().data ?? [];
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
          <Count of={countAt(due, `/studies/${studyId}/${section}`)} />
        </Link>
      ))}
    </nav>
  );
}

/** How much is due on a page, as the tabs say it. */
function Count({ of }: { of: number }) {
  const t = useT();
  if (of === 0) return null;
  return (
    <span className="header-count" role="img" aria-label={t('nav.due', { count: of })}>
      {of}
    </span>
  );
}

function countAt(due: readonly Due[], address: string): number {
  return due.filter(({ link }) => link === address).reduce((sum, { count }) => sum + count, 0);
}

/** What the server has of a reader's acts is cleared from this computer; what it does not have yet stays for the next sign-in. */
async function leave(event: FormEvent<HTMLFormElement>, user: string): Promise<void> {
  event.preventDefault();
  const form = event.currentTarget; // gone from the event once this function has waited
  const { forgetSent } = await import('../../reader/ledger/everyRead');
  await forgetSent(user);
  form.submit();
}
