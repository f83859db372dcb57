/** What a driver hands to a page: neutral volumes as the server sends them, and where they are shown. */
import type { LayoutDocument } from '../src/reader/picture/layout';
import type { Volumes } from '../src/reader/picture/painter';
import type { Ventricle, Volume } from '../src/reader/picture/slices';
import { type PictureKey, volumeFrom } from '../src/reader/picture/volume';

export interface Picture {
  key: PictureKey;
  address: string;
  dims: [number, number, number];
  spacing_mm: number;
  full_scale: number;
  lv: Ventricle | null;
}

export interface Order {
  pictures: Picture[];
  layout: LayoutDocument;
}

export interface Received {
  layout: LayoutDocument;
  bytes: readonly { picture: Picture; data: ArrayBuffer }[];
}

export async function received({ pictures, layout }: Order): Promise<Received> {
  const bytes = pictures.map(async (picture) => {
    const answer = await fetch(picture.address);
    if (!answer.ok) throw new Error(`${picture.address}: ${answer.status}`);
    return { picture, data: await answer.arrayBuffer() };
  });
  return { layout, bytes: await Promise.all(bytes) };
}

export function volumesOf({ bytes }: Received): Volumes {
  const entries = bytes.map(({ picture, data }): [PictureKey, Volume] => [
    picture.key,
    volumeFrom(data, picture),
  ]);
  return Object.fromEntries(entries);
}
