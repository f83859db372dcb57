import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useT } from '../i18n';
import { Dialog } from './Dialog';
import { Failure } from './Failure';
import { Field } from './Field';

interface ReasonDialogProps {
  title: string;
  confirm: string;
  danger?: boolean;
  /** Of the reason; usual words without one. */
  label?: string;
  hint?: string;
  children: ReactNode;
  /** Is told the reason. */
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** An act with its reason; one that is signed, too, has a SignDialog. */
export function ReasonDialog({
  title,
  confirm,
  danger,
  label,
  hint,
  children,
  act,
  onClose,
}: ReasonDialogProps) {
  const t = useT();
  const [reason, setReason] = useState('');
  const acting = useMutation({ mutationFn: () => act(reason.trim()) });
  return (
    <Dialog
      title={title}
      confirm={confirm}
      danger={danger}
      busy={acting.isPending}
      blocked={!reason.trim()}
      onConfirm={() => acting.mutate()}
      onClose={onClose}
    >
      {children}
      {acting.isError && <Failure error={acting.error} />}
      <Field label={label ?? t('sign.reason')} hint={hint}>
        <textarea
          rows={3}
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
    </Dialog>
  );
}
