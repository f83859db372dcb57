import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useT } from '../i18n';
import { useSession } from '../session';
import { Banner } from './basic';
import { Dialog } from './Dialog';
import { Failure } from './Failure';
import { Field } from './Field';

interface SignDialogProps {
  title: string;
  /** What the signature means, in one sentence. */
  meaning: string;
  confirm: string;
  children?: ReactNode;
  /** Something of the content is not said yet. */
  blocked?: boolean;
  sign: (given: { password: string; reason: string }) => Promise<unknown>;
  onSigned: () => void;
  onClose: () => void;
}

/** An act that cannot be taken back: says what it means, asks for a reason and, again, for the password. */
export function SignDialog({
  title,
  meaning,
  confirm,
  children,
  blocked = false,
  sign,
  onSigned,
  onClose,
}: SignDialogProps) {
  const t = useT();
  const { user } = useSession();
  const [reason, setReason] = useState('');
  const [password, setPassword] = useState('');
  const signing = useMutation({
    mutationFn: () => sign({ password, reason: reason.trim() }),
    onSuccess: onSigned,
    onError: () => setPassword(''),
  });

  return (
    <Dialog
      title={title}
      confirm={confirm}
      busy={signing.isPending}
      blocked={blocked || !password || !reason.trim()}
      onConfirm={() => signing.mutate()}
      onClose={onClose}
    >
      <p>{meaning}</p>
      {children}
      {signing.isError && <Failure error={signing.error} />}
      <Field label={t('sign.reason')}>
        <textarea
          value={reason}
          maxLength={500}
          required
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      <Banner>{t('sign.as', { name: user.full_name, email: user.email })}</Banner>
      <Field label={t('sign.password')}>
        <input
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
    </Dialog>
  );
}
