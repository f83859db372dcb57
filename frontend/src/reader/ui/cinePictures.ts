/** What a cine shows: frames of each state, and where each picture lies on its sheet. */
import { type Cine, fetchCine, type Read } from '../api';
import type { StateName } from '../heart/segments';
import type { Placed } from '../picture/layout';
import type { Volumes } from '../picture/painter';
import { type Plane, planeOf, samplingOf, type Volume, wholePlane } from '../picture/slices';
import { framesFrom, pictureKey } from '../picture/volume';

export type CineKind = Cine['kind'];

export interface CinePictures {
  kind: CineKind;
  states: readonly StateName[];
  /** Frames a state, the same number of moments for all: the state with the most frames says how many. */
  frames: Readonly<Record<StateName, readonly Volume[]>>;
  count: number;
  tiles: readonly Placed[];
  columns: number;
  rows: number;
}

/** Parts of the way from apex to base at which a gated sheet cuts the short axis. */
const LEVELS = [0.25, 0.5, 0.75] as const;

/** The cines of a read: fetched when they are first asked for and kept while it is open; after a failure asked for again. */
export class Cines {
  private readonly kept = new Map<CineKind, Promise<CinePictures>>();

  constructor(private readonly read: Pick<Read, 'token' | 'cines' | 'form'>) {}

  load = (kind: CineKind): Promise<CinePictures> => {
    const known = this.kept.get(kind);
    if (known) return known;
    const answer = this.fetch(kind);
    this.kept.set(kind, answer);
    answer.catch(() => this.kept.delete(kind));
    return answer;
  };

  private async fetch(kind: CineKind): Promise<CinePictures> {
    const { token, cines, form } = this.read;
    const wanted = form.states.flatMap((state) =>
      cines.filter((cine) => cine.kind === kind && cine.state === state),
    );
    const parts = wanted.map(async (cine) => {
      return { state: cine.state, frames: framesFrom(await fetchCine(token, cine), cine) };
    });
    return cinePictures(kind, await Promise.all(parts));
  }
}

export function cinePictures(
  kind: CineKind,
  parts: readonly { state: StateName; frames: readonly Volume[] }[],
): CinePictures {
  const gated = kind === 'gated';
  const tiles = parts.flatMap(({ state, frames: [first] }, index) => {
    if (!first) return [];
    const planes = gated ? gatedPlanes(first, parts) : [wholePlane(first)];
    return planes.map((plane, at): Placed => {
      const place = gated ? { row: index, column: at } : { row: 0, column: index };
      return { ...place, key: pictureKey(1, state), state, plane };
    });
  });
  return {
    kind,
    states: parts.map(({ state }) => state),
    frames: Object.fromEntries(parts.map(({ state, frames }) => [state, frames])),
    count: Math.max(...parts.map(({ frames }) => frames.length)),
    tiles,
    columns: gated ? LEVELS.length + 2 : parts.length,
    rows: gated ? parts.length : 1,
  };
}

/** Three short axes from apex to base, the middle of the vertical and of the horizontal long axis. */
function gatedPlanes(volume: Volume, parts: readonly { frames: readonly Volume[] }[]): Plane[] {
  const { ventricle } = volume;
  if (!ventricle) return [];
  const all = Object.fromEntries(
    parts.flatMap(({ frames: [one] }, at) => (one ? [[pictureKey(at, ''), one]] : [])),
  );
  const sampling = samplingOf(all, {});
  const middle = (view: 'SA' | 'VLA' | 'HLA') => planeOf(view, 0, 1, volume, sampling);
  const shortAxis = middle('SA');
  const { apex_k, base_k } = ventricle;
  return [
    ...LEVELS.map((part): Plane => {
      const [i, j] = shortAxis.centre;
      return { ...shortAxis, centre: [i, j, apex_k + (base_k - apex_k) * part] };
    }),
    middle('VLA'),
    middle('HLA'),
  ];
}

/** The pictures at a moment. States with fewer frames than others keep pace with them. */
export function volumesAt({ states, frames, count }: CinePictures, moment: number): Volumes {
  return Object.fromEntries(
    states.flatMap((state) => {
      const own = frames[state] ?? [];
      const volume = own[Math.floor((moment * own.length) / count)];
      return volume ? [[pictureKey(1, state), volume]] : [];
    }),
  );
}
