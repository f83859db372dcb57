import type { ReactNode } from 'react';
import { useT } from '../i18n';
import { Header } from './Header';
import './shell.css';

interface ShellProps {
  studyId?: string;
  simulated?: boolean;
  children: ReactNode;
}

export function Shell({ studyId, simulated = false, children }: ShellProps) {
  return (
    <>
      <Header studyId={studyId} />
      {simulated && <SimulatedBanner />}
      <main id="main" className="page">
        {children}
      </main>
    </>
  );
}

function SimulatedBanner() {
  const t = useT();
  return (
    <aside className="simulated" aria-label={t('simulated.title')}>
      <strong>{t('simulated.title')}</strong> — {t('simulated.text')}
    </aside>
  );
}
