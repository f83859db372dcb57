import type { CaseImageDetail } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { Banner } from '../../shared/ui';
import { Geometry } from './Geometry';

/** What speaks against an image: what was flagged in it, why it was rejected, what its file does not prove. */
export function Doubts({ image }: { image: CaseImageDetail }) {
  const t = useT();
  return (
    <>
      {image.flags.length > 0 && (
        <Banner tone="warn">
          {t('qc.flags')}
          <ul>
            {image.flags.map((flag) => (
              <li key={flag}>{flag}</li>
            ))}
          </ul>
        </Banner>
      )}
      {image.qc === 'rejected' && image.message && (
        <p>{t('qc.rejectedBecause', { reason: image.message })}</p>
      )}
      {image.geometry !== 'proven' && <Geometry image={image} />}
    </>
  );
}
