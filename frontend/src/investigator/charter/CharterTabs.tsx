import { Link, useLocation } from 'wouter';
import { useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';

const EDITED = ['draft'];
const AMENDED = ['frozen', 'open'];
const REHEARSED = ['draft', 'frozen'];

/** The pages of the charter, those that somebody may use in this state of the study. */
export function CharterTabs() {
  const t = useT();
  const study = useStudy();
  const may = useMay('investigator');
  const [location] = useLocation();
  const home = `/studies/${study.id}/protocol`;
  const tabs = [
    { to: home, name: 'charter.tab.read' as const, shown: true },
    { to: `${home}/edit`, name: 'charter.tab.edit' as const, shown: may && EDITED.includes(study.state) },
    { to: `${home}/amend`, name: 'charter.tab.amend' as const, shown: may && AMENDED.includes(study.state) },
    {
      to: `${home}/rehearsal`,
      name: 'charter.tab.rehearsal' as const,
      shown: may && REHEARSED.includes(study.state),
    },
    { to: `${home}/versions`, name: 'charter.tab.versions' as const, shown: true },
  ];
  return (
    <nav className="charter-tabs" aria-label={t('charter.tabs')}>
      {tabs
        .filter((tab) => tab.shown)
        .map((tab) => (
          <Link
            key={tab.to}
            href={tab.to}
            className="button"
            aria-current={location === tab.to ? 'page' : undefined}
          >
            {t(tab.name)}
          </Link>
        ))}
    </nav>
  );
}
