import { useRef, useState } from 'react';
import type { Invitation } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Banner, Button } from '../../shared/ui';

export interface Offer {
  invitation: Invitation;
  /** Null where the mail brings it. */
  link: string | null;
}

/** What became of an invitation; where this server sends no mail, with the link to be handed on. */
export function Offered({ offer: { invitation, link } }: { offer: Offer }) {
  const t = useT();
  const language = useLanguage();
  const words = { name: invitation.full_name, role: t(`role.${invitation.role}`) };
  if (link === null) {
    return <Banner tone="good">{t('invitation.mailed', { ...words, email: invitation.email })}</Banner>;
  }
  return (
    <Banner tone="good">
      {t('invitation.handOn', { ...words, until: formatTime(language, invitation.expires_at) })}
      <Link address={new URL(link, window.location.origin).href} />
    </Banner>
  );
}

function Link({ address }: { address: string }) {
  const t = useT();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<'yes' | 'byHand' | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      setCopied('yes');
    } catch {
      // Not allowed, or no clipboard without TLS.
      field.current?.select();
      setCopied('byHand');
    }
  };
  return (
    <>
      <div className="link-to-copy">
        <input ref={field} readOnly value={address} aria-label={t('invitation.link')} />
        <Button onClick={() => void copy()}>{t('invitation.copy')}</Button>
      </div>
      <p className="dim" role="status">
        {copied && t(copied === 'yes' ? 'invitation.copied' : 'invitation.copyByHand')}
      </p>
    </>
  );
}
