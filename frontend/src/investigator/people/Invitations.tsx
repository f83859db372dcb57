import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import type { Invitation } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Badge, Button, Dialog, Empty, Failure, Loading, Panel, type Tone } from '../../shared/ui';
import { Offered } from './Offered';
import { useInvitations, usePeopleChanged } from './queries';

const TONES: Record<Invitation['state'], Tone> = {
  waiting: 'busy',
  expired: 'warn',
  accepted: 'good',
  withdrawn: 'plain',
};

/** Every invitation, newest first: what became of it, and what can still be done. */
export function Invitations() {
  const t = useT();
  const study = useStudy();
  const manages = useMay('investigator');
  const invitations = useInvitations(study.id);
  const changed = usePeopleChanged(study.id);
  const [withdrawing, setWithdrawing] = useState<Invitation | null>(null);
  const resending = useMutation({
    mutationFn: (invitation_id: string) =>
      tell(
        '/api/studies/{study_id}/invitations/{invitation_id}/resend',
        {
          study_id: study.id,
          invitation_id,
        },
        undefined,
      ),
    onSettled: changed,
  });
  return (
    <Panel title={t('invitation.list')} flush>
      {invitations.error && <Failure error={invitations.error} retry={() => void invitations.refetch()} />}
      {invitations.isPending && <Loading />}
      {(resending.isError || resending.data) && (
        <div className="panel-said">
          {resending.isError && <Failure error={resending.error} />}
          {resending.data && <Offered key={resending.data.link} offer={resending.data} />}
        </div>
      )}
      {invitations.data?.length === 0 && <Empty title={t('invitation.none')} />}
      {invitations.data && invitations.data.length > 0 && (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('invitation.person')}</th>
                <th scope="col">{t('people.role')}</th>
                <th scope="col">{t('people.site')}</th>
                <th scope="col">{t('invitation.state')}</th>
                <th scope="col">{t('invitation.invited')}</th>
                <th scope="col">{t('invitation.expiry')}</th>
                {manages && (
                  <th scope="col">
                    <span className="visually-hidden">{t('people.actions')}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {invitations.data.map((invitation) => (
                <Row
                  key={invitation.id}
                  invitation={invitation}
                  manages={manages}
                  busy={resending.isPending && resending.variables === invitation.id}
                  onResend={() => resending.mutate(invitation.id)}
                  onWithdraw={() => setWithdrawing(invitation)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {withdrawing && (
        <Withdraw
          invitation={withdrawing}
          onWithdrawn={async () => {
            resending.reset();
            await changed();
            setWithdrawing(null);
          }}
          onClose={() => setWithdrawing(null)}
        />
      )}
    </Panel>
  );
}

interface RowProps {
  invitation: Invitation;
  manages: boolean;
  busy: boolean;
  onResend: () => void;
  onWithdraw: () => void;
}

function Row({ invitation, manages, busy, onResend, onWithdraw }: RowProps) {
  const t = useT();
  const language = useLanguage();
  const { state, full_name: name } = invitation;
  const role = t(`role.${invitation.role}`);
  const waits = state === 'waiting' || state === 'expired';
  return (
    <tr>
      <th scope="row">
        {name}
        <div className="dim">{invitation.email}</div>
      </th>
      <td>{role}</td>
      <td>{invitation.site?.code ?? '–'}</td>
      <td>
        <Badge tone={TONES[state]}>{t(`invitation.state.${state}`)}</Badge>
        {waits && !invitation.mailed_at && <div className="dim">{t('invitation.notMailed')}</div>}
      </td>
      <td>
        <span className="nowrap">{formatTime(language, invitation.invited_at)}</span>
        <div className="dim">{t('invitation.by', { name: invitation.invited_by })}</div>
      </td>
      <td className="nowrap">{waits ? formatTime(language, invitation.expires_at) : '–'}</td>
      {manages && (
        <td className="row-actions">
          {waits && (
            <div className="actions end">
              <Button aria-label={t('invitation.resendNamed', { name, role })} busy={busy} onClick={onResend}>
                {t('invitation.resend')}
              </Button>
              <Button aria-label={t('invitation.withdrawNamed', { name, role })} onClick={onWithdraw}>
                {t('invitation.withdraw')}
              </Button>
            </div>
          )}
        </td>
      )}
    </tr>
  );
}

interface WithdrawProps {
  invitation: Invitation;
  onWithdrawn: () => Promise<void>;
  onClose: () => void;
}

function Withdraw({ invitation, onWithdrawn, onClose }: WithdrawProps) {
  const t = useT();
  const study = useStudy();
  const withdrawing = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies/{study_id}/invitations/{invitation_id}/withdraw',
        {
          study_id: study.id,
          invitation_id: invitation.id,
        },
        undefined,
      ),
    onSuccess: onWithdrawn,
  });
  return (
    <Dialog
      title={t('invitation.withdrawTitle')}
      confirm={t('invitation.withdrawConfirm')}
      danger
      busy={withdrawing.isPending}
      onConfirm={() => withdrawing.mutate()}
      onClose={onClose}
    >
      <p>{t('invitation.withdrawText', { name: invitation.full_name, email: invitation.email })}</p>
      {withdrawing.isError && <Failure error={withdrawing.error} />}
    </Dialog>
  );
}
