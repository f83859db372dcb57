import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useT } from '../../shared/i18n';
import { Dialog } from '../../shared/ui';

/** Asks before changes that are not stored are left behind, by a link or by closing the tab. */
export function LeaveGuard({ onLeave }: { onLeave: () => void }) {
  const t = useT();
  const [, go] = useLocation();
  const [to, setTo] = useState<string | null>(null);

  useEffect(() => {
    const onClose = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
      if (!link || isElsewhere || link.target || link.hasAttribute('download')) return;
      if (link.origin !== window.location.origin || link.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTo(link.pathname + link.search);
    };
    window.addEventListener('beforeunload', onClose);
    // Before the router hears of it.
    window.addEventListener('click', onClick, { capture: true });
    return () => {
      window.removeEventListener('beforeunload', onClose);
      window.removeEventListener('click', onClick, { capture: true });
    };
  }, []);

  if (to === null) return null;
  return (
    <Dialog
      title={t('charter.leaveTitle')}
      confirm={t('charter.leave')}
      danger
      onConfirm={() => {
        onLeave();
        go(to);
      }}
      onClose={() => setTo(null)}
    >
      <p>{t('charter.leaveText')}</p>
    </Dialog>
  );
}
