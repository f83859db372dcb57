import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Banner, Failure, Loading } from '../shared/ui';
import { useInvitations, useMembers } from './people/queries';

/** For whom a list is made, and whom it would leave out: who was invited to read and has not accepted. */
export function ListReaders() {
  const t = useT();
  const study = useStudy();
  const members = useMembers(study.id);
  const invitations = useInvitations(study.id);
  const error = members.error ?? invitations.error;
  if (error) return <Failure error={error} />;
  if (!members.data || !invitations.data) return <Loading />;
  const readers = members.data.filter(({ role }) => role === 'reader');
  const there = new Set(readers.map(({ email }) => email));
  const invited = invitations.data.filter(
    ({ role, state, email }) =>
      role === 'reader' && (state === 'waiting' || state === 'expired') && !there.has(email),
  );
  const named = (people: readonly { full_name: string }[]) =>
    people.map(({ full_name }) => full_name).join(t('list.separator')) || '–';
  return (
    <>
      <p>{t('allocation.forReaders', { number: readers.length, names: named(readers) })}</p>
      {invited.length > 0 && (
        <Banner tone="warn">{t('allocation.notAccepted', { names: named(invited) })}</Banner>
      )}
    </>
  );
}
