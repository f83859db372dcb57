import { useT } from '../shared/i18n';
import { useMay } from '../shared/study';
import { PageHead } from '../shared/ui';
import { DelegationLog } from './people/DelegationLog';
import { Invitations } from './people/Invitations';
import { InviteForm } from './people/InviteForm';
import { Members } from './people/Members';
import { RoleGuide } from './people/RoleGuide';
import { Sites } from './people/Sites';
import './investigator.css';
import './people/people.css';

export default function PeoplePage() {
  const t = useT();
  const manages = useMay('investigator');
  return (
    <>
      <PageHead title={t('people.title')} lead={t('people.lead')} />
      <Members />
      {manages ? (
        <div className="columns wide-first">
          <InviteForm />
          <Sites />
        </div>
      ) : (
        <Sites />
      )}
      <Invitations />
      <RoleGuide />
      <DelegationLog />
    </>
  );
}
