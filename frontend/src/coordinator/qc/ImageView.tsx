import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fractions, volumeFrom } from '../../reader/picture/volume';
import { bytes } from '../../shared/api';
import type { CaseImageDetail, Lv } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { Failure, Loading } from '../../shared/ui';
import { PolarView } from './PolarView';
import { RegionTable } from './RegionTable';
import { SliceGrid } from './SliceGrid';
import type { Shown } from './scales';
import { TABLES, type Table } from './tables';
import { NoProof, NoUncertainty, UncertaintyNote } from './UncertaintyNote';
import { UncertaintySwitch } from './UncertaintySwitch';
import './qc.css';

/** Neutral volumes and polar maps have these sizes for every image of a study (see inference/heart, inference/brain). */
const HEART = { dims: [80, 80, 64], spacing_mm: 2, full_scale: 40_000 };
const BRAIN = { dims: [96, 112, 80], spacing_mm: 2, full_scale: 40_000 };
const POLAR = { rings: 24, angles: 72 };

interface Props {
  image: CaseImageDetail;
}

/** One image as readers will see it, with what was found in it drawn on top; its uncertainty, which they will not see. */
export default function ImageView({ image }: Props) {
  const t = useT();
  const { lv } = image;
  const [table, setTable] = useState<Table>('cool');
  const [marked, setMarked] = useState(true);
  const [shown, setShown] = useState<Shown>('image');
  const accompanied = image.uncertainty !== null;
  const picture = useQuery({
    queryKey: ['picture', image.id, accompanied],
    queryFn: async ({ signal }) => {
      const address = `/api/images/${image.id}`;
      const [own, uncertainty] = await Promise.all([
        fetched(address, lv, signal),
        accompanied ? fetched(`${address}/uncertainty`, lv, signal) : null,
      ]);
      return { own, uncertainty };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  if (picture.error) return <Failure error={picture.error} retry={() => void picture.refetch()} />;
  if (!picture.data) return <Loading />;
  const { own, uncertainty } = picture.data;
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
        {lv && (
          <label className="inline">
            <input type="checkbox" checked={marked} onChange={(event) => setMarked(event.target.checked)} />
            {t('view.contour')}
          </label>
        )}
        {uncertainty && <UncertaintySwitch shown={shown} onShow={setShown} />}
      </div>
      {uncertainty && <NoProof />}
      <SliceGrid
        volume={own.volume}
        uncertainty={uncertainty?.volume ?? null}
        shown={shown}
        table={table}
        marked={marked}
      />
      {image.uncertainty && <UncertaintyNote members={image.model?.members ?? null} />}
      {image.source === 'translation' && !image.uncertainty && <NoUncertainty />}
      {own.polar ? (
        <PolarView
          image={{ map: own.polar, segments: image.segments }}
          uncertainty={
            uncertainty?.polar && image.uncertainty
              ? { map: uncertainty.polar, segments: image.uncertainty.segments }
              : null
          }
          table={table}
        />
      ) : (
        <RegionTable segments={image.segments} uncertainty={image.uncertainty?.segments ?? null} />
      )}
    </div>
  );
}

/** The volume below an address, and the polar map of a heart. */
async function fetched(address: string, lv: Lv | null, signal: AbortSignal) {
  const [volume, polar] = await Promise.all([
    bytes(`${address}/volume`, { signal }),
    lv ? bytes(`${address}/polar`, { signal }) : null,
  ]);
  return {
    volume: volumeFrom(volume, { ...(lv ? HEART : BRAIN), lv }),
    polar: polar && { ...POLAR, values: fractions(polar, POLAR.rings * POLAR.angles, HEART.full_scale) },
  };
}
