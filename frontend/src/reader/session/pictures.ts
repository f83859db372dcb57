import {
  type Asking,
  fetchContour,
  fetchPolar,
  fetchVolume,
  type PolarGrid,
  type Read,
  type Slot,
} from '../api';
import type { PolarMap } from '../picture/polarPicture';
import type { Volume } from '../picture/slices';
import { fractions, type PictureKey, pictureKey, volumeFrom } from '../picture/volume';

/** Everything of a read that is seen at once, from all its sets and states. */
export interface Pictures {
  volumes: Readonly<Record<PictureKey, Volume>>;
  /** Empty where the organ has none. */
  polars: Readonly<Record<PictureKey, PolarMap>>;
  /** Distances of the middle of the wall in mm, on the grid of the polar map, of those pictures that have it. */
  contours: Readonly<Record<PictureKey, Float32Array>>;
}

export type Shows = Pick<Read, 'token' | 'step' | 'slots'>;

/** The contour is kept in hundredths of a millimetre. */
const PER_MM = 100;

/** Whether what is seen in two reads, or at two moments of one, is the same: the steps of a read have pictures of their own. */
export function samePictures(one: Shows, other: Shows): boolean {
  const said = ({ token, step, slots }: Shows) => JSON.stringify([token, step.number, slots]);
  return said(one) === said(other);
}

export async function fetchPictures(
  { token, slots }: Pick<Read, 'token' | 'slots'>,
  asking: Asking,
): Promise<Pictures> {
  const fetched = await Promise.all(slots.map((slot) => fetchSlot(token, slot, asking)));
  const named = <V>(values: readonly (V | null)[]): Record<PictureKey, V> =>
    Object.fromEntries(
      slots.flatMap(({ set, state }, index) => {
        const value = values[index];
        return value ? [[pictureKey(set, state), value]] : [];
      }),
    );
  return {
    volumes: named(fetched.map(({ volume }) => volume)),
    polars: named(fetched.map(({ polar }) => polar)),
    contours: named(fetched.map(({ contour }) => contour)),
  };
}

async function fetchSlot(token: string, slot: Slot, asking: Asking) {
  const { polar: grid } = slot;
  const [volume, polar, contour] = await Promise.all([
    fetchVolume(token, slot, asking).then((bytes) => volumeFrom(bytes, slot)),
    grid && fetchPolar(token, slot, asking).then((bytes) => mapFrom(bytes, grid)),
    // A read can be scored without its contour.
    grid && slot.contour
      ? fetchContour(token, slot, asking).then(
          (bytes) => fractions(bytes, grid.rings * grid.angles, PER_MM),
          () => null,
        )
      : null,
  ]);
  return { volume, polar, contour };
}

function mapFrom(bytes: ArrayBuffer, { rings, angles, full_scale }: PolarGrid): PolarMap {
  return { rings, angles, values: fractions(bytes, rings * angles, full_scale) };
}
