/** The pictures of one step of a signed read, for its replay. */
import type { PolarMap } from '../../reader/picture/polarPicture';
import type { Volume } from '../../reader/picture/slices';
import { fractions, type PictureKey, pictureKey, volumeFrom } from '../../reader/picture/volume';
import type { Pictures } from '../../reader/session/pictures';
import { bytes } from '../../shared/api';
import { addressed } from '../../shared/api/client';
import type { Replay } from './timeline';

type Slot = Replay['slots'][number];

/** Hundredths of a millimetre. */
const PER_MM = 100;

export async function fetchPictures(
  study: string,
  token: string,
  slots: readonly Slot[],
  signal: AbortSignal,
): Promise<Pictures> {
  const volumes: Record<PictureKey, Volume> = {};
  const polars: Record<PictureKey, PolarMap> = {};
  const contours: Record<PictureKey, Float32Array> = {};
  await Promise.all(
    slots.map(async (slot) => {
      const key = pictureKey(slot.set, slot.state);
      const get = (kind: 'volumes' | 'polar' | 'contour') =>
        bytes(
          addressed(
            `/api/studies/{study}/replays/{token}/${kind}/{set}/{state}`,
            { study, token, set: slot.set, state: slot.state },
            { step: slot.step },
          ),
          { signal },
        );
      const grid = slot.polar;
      const [volume, polar, contour] = await Promise.all([
        get('volumes'),
        grid && get('polar'),
        grid && slot.contour ? get('contour') : null,
      ]);
      volumes[key] = volumeFrom(volume, slot);
      if (!grid) return;
      const { rings, angles, full_scale } = grid;
      if (polar) polars[key] = { rings, angles, values: fractions(polar, rings * angles, full_scale) };
      if (contour) contours[key] = fractions(contour, rings * angles, PER_MM);
    }),
  );
  return { volumes, polars, contours };
}
