import { ask } from '../../shared/api/client';
import type { Frames } from '../deidentify/types';

const WHITE = 255;

interface Picture {
  rows: number;
  columns: number;
  count: number;
  first: number;
  frames: string[];
}

/** The picture of a file that is kept apart, some frames at a time, as the server shows them: grey, 0 to 255. */
export async function framesOf(id: string): Promise<Frames> {
  const start = await part(id, 0);
  const step = Math.max(1, start.frames.length);
  const parts = new Map<number, Promise<Picture>>([[0, Promise.resolve(start)]]);
  const partWith = (n: number): Promise<Picture> => {
    const first = Math.floor(n / step) * step;
    const known = parts.get(first);
    if (known) return known;
    const asked = part(id, first);
    parts.set(first, asked);
    asked.catch(() => parts.delete(first)); // asked again the next time
    return asked;
  };
  return {
    rows: start.rows,
    columns: start.columns,
    count: start.count,
    low: 0,
    high: WHITE,
    inverted: false,
    frame: async (n) => {
      const picture = await partWith(n);
      return greyOf(picture.frames[n - picture.first] ?? '', picture);
    },
  };
}

function part(id: string, first: number): Promise<Picture> {
  return ask('/api/quarantine/{kept_id}/picture', { kept_id: id }, { query: { first } });
}

/** The brightest channel of each pixel of a PNG (base64): letters stand out in it whatever their colour. */
async function greyOf(png: string, { rows, columns }: Picture): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no canvas to draw on.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, columns, rows);
  return Uint8Array.from({ length: rows * columns }, (_, n) =>
    Math.max(data[4 * n] ?? 0, data[4 * n + 1] ?? 0, data[4 * n + 2] ?? 0),
  );
}
