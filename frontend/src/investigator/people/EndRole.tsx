import { useLocation } from 'wouter';
import { tell } from '../../shared/api/client';
import type { Member } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { reloadSession, useSession } from '../../shared/session';
import { useStudy } from '../../shared/study';
import { ReasonDialog } from '../../shared/ui';
import { usePeopleChanged } from './queries';
import { consequences } from './roles';

interface Props {
  member: Member;
  members: readonly Member[];
  onEnded: () => void;
  onClose: () => void;
}

/** Says what follows before it happens, and asks for the reason that the log keeps. */
export function EndRole({ member, members, onEnded, onClose }: Props) {
  const t = useT();
  const study = useStudy();
  const { user } = useSession();
  const [, goTo] = useLocation();
  const changed = usePeopleChanged(study.id);
  const end = async (reason: string) => {
    await tell(
      '/api/studies/{study_id}/members/{membership_id}/end',
      { study_id: study.id, membership_id: member.id },
      { reason },
    );
    if (member.email === user.email) {
      // What this page shows may be no longer theirs to see.
      goTo('/');
      await reloadSession();
      return;
    }
    await changed();
    onEnded();
  };
  const words = {
    name: member.full_name,
    role: t(`role.${member.role}`),
    site: member.site?.code ?? '',
  };
  return (
    <ReasonDialog
      title={t('end.title', words)}
      confirm={t('end.confirm')}
      danger
      label={t('end.reason')}
      hint={t('end.reasonHint')}
      act={end}
      onClose={onClose}
    >
      <ul className="follows">
        {consequences(member, members, study, user.email).map((name) => (
          <li key={name}>{t(`end.${name}`, words)}</li>
        ))}
      </ul>
    </ReasonDialog>
  );
}
