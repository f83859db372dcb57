import { useMutation } from '@tanstack/react-query';
import { useId } from 'react';
import { tell } from '../api/client';
import { useT } from '../i18n';
import { reloadSession } from '../session';
import { Failure } from '../ui';

/** One's own mails about what is due, on or off. The menu stays open, so that one sees what it is now. */
export function Reminders({ on }: { on: boolean }) {
  const t = useT();
  const id = useId();
  const switching = useMutation({
    mutationFn: async (reminders: boolean) => {
      await tell('/api/session/reminders', {}, { reminders });
      await reloadSession();
    },
  });
  return (
    <>
      <button
        type="button"
        role="switch"
        className="reminders"
        aria-checked={on}
        aria-describedby={id}
        aria-busy={switching.isPending || undefined}
        onClick={(event) => {
          event.stopPropagation();
          // Not disabled meanwhile: it would lose the focus, and the menu would close.
          if (!switching.isPending) switching.mutate(!on);
        }}
      >
        <span>{t('nav.reminders')}</span>
        <strong>{t(on ? 'nav.on' : 'nav.off')}</strong>
      </button>
      <p id={id}>{t('nav.remindersText')}</p>
      {switching.isError && <Failure error={switching.error} />}
    </>
  );
}
