import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fractions, volumeFrom } from '../../reader/picture/volume';
import { bytes } from '../../shared/api';
import type { CaseImageDetail, Lv } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { Failure, Loading } from '../../shared/ui';
import { PolarView } from './PolarView';
import { SliceGrid } from './SliceGrid';
import './qc.css';

/** The neutral volume and polar map have these sizes for every image of a heart study (see inference/heart). */
const NEUTRAL = { dims: [80, 80, 64], spacing_mm: 2, full_scale: 40_000 };
const POLAR = { rings: 24, angles: 72 };
export const TABLES = ['cool', 'gray', 'inverse_gray', 'hot_iron', 'ten_step'] as const;
export type Table = (typeof TABLES)[number];

interface Props {
  image: CaseImageDetail;
  lv: Lv;
}

/** One image as readers will see it, with what was found in it drawn on top. */
export default function ImageView({ image, lv }: Props) {
  const t = useT();
  const [table, setTable] = useState<Table>('cool');
  const [marked, setMarked] = useState(true);
  const picture = useQuery({
    queryKey: ['picture', image.id],
    queryFn: async ({ signal }) => {
      const [volume, polar] = await Promise.all([
        bytes(`/api/images/${image.id}/volume`, { signal }),
        bytes(`/api/images/${image.id}/polar`, { signal }),
      ]);
      return {
        volume: volumeFrom(volume, { ...NEUTRAL, lv }),
        polar: { ...POLAR, values: fractions(polar, POLAR.rings * POLAR.angles, NEUTRAL.full_scale) },
      };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  if (picture.error) return <Failure error={picture.error} retry={() => void picture.refetch()} />;
  if (!picture.data) return <Loading />;
  return (
    <div className="qc-view">
      <div className="actions">
        <label className="inline">
          {t('view.table')}
          <select value={table} onChange={(event) => setTable(event.target.value as Table)}>
            {TABLES.map((name) => (
              <option key={name} value={name}>
                {t(`table.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="inline">
          <input type="checkbox" checked={marked} onChange={(event) => setMarked(event.target.checked)} />
          {t('view.contour')}
        </label>
      </div>
      <SliceGrid volume={picture.data.volume} table={table} marked={marked} />
      <PolarView map={picture.data.polar} segments={image.segments} table={table} />
    </div>
  );
}
