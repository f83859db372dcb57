import { useMutation } from '@tanstack/react-query';
import { tell } from '../../shared/api/client';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Banner, Button, Failure, Panel } from '../../shared/ui';
import type { UnblindingRequest } from './queries';

/** The arms of one case, for who has asked; asked for by a press of its own, because each look is journaled. Kept nowhere. */
export function EmergencyKey({ request, onClose }: { request: UnblindingRequest; onClose: () => void }) {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const looking = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies/{study_id}/unblinding/{request_id}/key',
        { study_id: study.id, request_id: request.id },
        undefined,
      ),
    gcTime: 0,
  });
  const key = looking.data;
  return (
    <Panel
      title={t('unblinding.keyTitle', { subject: request.subject ?? '' })}
      aside={<Button onClick={onClose}>{t('unblinding.keyClose')}</Button>}
    >
      <div className="stack">
        <Banner tone="warn">{t('unblinding.keyText')}</Banner>
        {looking.isError && <Failure error={looking.error} />}
        {!key && (
          <div className="actions">
            <Button look="primary" busy={looking.isPending} onClick={() => looking.mutate()}>
              {t('unblinding.keyShow')}
            </Button>
          </div>
        )}
        {key && (
          <>
            <p>{t('unblinding.keySite', { code: key.site_code, name: key.site_name })}</p>
            <div className="table-frame">
              <table className="table compact">
                <caption className="visually-hidden">
                  {t('unblinding.keyTitle', { subject: key.subject })}
                </caption>
                <thead>
                  <tr>
                    <th scope="col">{t('unblinding.keyReader')}</th>
                    <th scope="col">{t('unblinding.keyPlace')}</th>
                    <th scope="col">{t('unblinding.keyArm')}</th>
                    <th scope="col">{t('unblinding.keySigned')}</th>
                  </tr>
                </thead>
                <tbody>
                  {key.reads.map((read) => (
                    <tr key={`${read.reader} ${read.session} ${read.position}`}>
                      <th scope="row">{read.reader}</th>
                      <td className="nowrap">
                        {t('unblinding.keyAt', { session: read.session, number: read.position })}
                      </td>
                      <td>{read.repetition > 0 ? t('unblinding.keyRepeat', { arm: read.arm }) : read.arm}</td>
                      <td className="nowrap">{formatTime(lang, read.signed_at)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
