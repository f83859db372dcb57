import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import type { CaseImageDetail } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Banner, Failure } from '../../shared/ui';

/** What the file does not prove about how the image lies, and the tick of who has looked. */
export function Geometry({ image }: { image: CaseImageDetail }) {
  const t = useT();
  const client = useQueryClient();
  const study = useStudy();
  /** What was ticked and is not answered yet. */
  const [ticked, setTicked] = useState<boolean | null>(null);
  const confirming = useMutation({
    mutationFn: (confirmed: boolean) =>
      tell('/api/images/{image_id}/geometry', { image_id: image.id }, { confirmed }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['case'] });
      await client.invalidateQueries({ queryKey: ['cases', study.id] });
    },
    onSettled: () => setTicked(null),
  });
  const confirmed = image.geometry === 'confirmed';
  return (
    <Banner tone={confirmed ? 'good' : 'warn'}>
      <strong>{t('geometry.title')}</strong>
      <p>{t(confirmed ? 'geometry.confirmed' : 'geometry.why')}</p>
      <ul>
        {image.to_look_at.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <label className="inline">
        <input
          type="checkbox"
          checked={ticked ?? confirmed}
          disabled={confirming.isPending || image.qc === 'accepted'}
          onChange={(event) => {
            setTicked(event.target.checked);
            confirming.mutate(event.target.checked);
          }}
        />
        {t('geometry.confirm')}
      </label>
      {!confirmed && <p>{t('geometry.wrong')}</p>}
      {confirming.isError && <Failure error={confirming.error} />}
    </Banner>
  );
}
