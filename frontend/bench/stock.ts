/** What the grid is measured against: a stock viewport of cornerstone for every tile, on the same volumes. */
import {
  Enums,
  imageLoader,
  init,
  metaData,
  RenderingEngine,
  setVolumesForViewports,
  type Types,
  utilities,
  volumeLoader,
} from '@cornerstonejs/core';
import { colours } from '../src/reader/picture/colours';
import { arrange, type LayoutDocument, type Tile } from '../src/reader/picture/layout';
import type { Window as Limits, Volumes } from '../src/reader/picture/painter';
import { resliced } from '../src/reader/picture/reslice';
import type { Vector, Volume } from '../src/reader/picture/slices';
import type { PictureKey } from '../src/reader/picture/volume';
import { FARTHEST, type Shown, type Technique } from './technique';

const TABLE = 'cool';
/** Edge of the images of a stack: about the voxels of a neutral volume in a field of view. */
const STACK_SIDE = 64;

function prepared(host: HTMLElement, tiles: readonly Tile[], side: number) {
  init();
  const rgb = colours(TABLE);
  const points = Array.from({ length: 256 }, (_, at) => [
    at / 255,
    ...[0, 1, 2].map((channel) => (rgb[at * 4 + channel] as number) / 255),
  ]).flat();
  utilities.colormap.registerColormap({
    name: TABLE,
    Name: TABLE,
    ColorSpace: 'RGB',
    RGBPoints: points,
  } as never);
  let awaited = 0;
  let wake = () => {};
  const elements = tiles.map(({ row, column }) => {
    const element = document.createElement('div');
    element.style.cssText = `position:absolute;left:${column * side}px;top:${row * side}px;width:${side - 1}px;height:${side - 1}px`;
    element.addEventListener(Enums.Events.IMAGE_RENDERED, () => {
      awaited -= 1;
      if (awaited === 0) wake();
    });
    host.append(element);
    return element;
  });
  /** Resolves when every viewport has said that it is rendered. */
  const rendered = () =>
    new Promise<void>((resolve) => {
      awaited = tiles.length;
      wake = resolve;
    });
  return { engine: new RenderingEngine('stock'), elements, rendered };
}

function viewports(engine: RenderingEngine, elements: readonly HTMLDivElement[], type: string) {
  engine.setViewports(
    elements.map((element, at) => ({
      viewportId: `tile-${at}`,
      type,
      element,
      defaultOptions: { background: [0, 0, 0] },
    })) as unknown as Types.PublicViewportInput[],
  );
  return engine.getViewports();
}

function look({ low, high }: Limits) {
  return { voiRange: { lower: low, upper: high }, colormap: { name: TABLE } };
}

/** One volume viewport a tile, with the rendering engine that cornerstone chooses (a pool of contexts). */
export async function orthographic(
  host: HTMLElement,
  volumes: Volumes,
  layout: LayoutDocument,
  side: number,
  shown: Shown,
): Promise<Technique> {
  const { tiles, sampling } = arrange(layout, volumes, shown.shifts);
  const { engine, elements, rendered } = prepared(host, tiles, side);
  const all = viewports(engine, elements, Enums.ViewportType.ORTHOGRAPHIC) as Types.IVolumeViewport[];
  for (const [key, volume] of Object.entries<Volume>(volumes)) local(key, volume);
  for (const key of Object.keys(volumes)) {
    const ids = tiles.flatMap((tile, at) => (tile.key === key ? [`tile-${at}`] : []));
    await setVolumesForViewports(engine, [{ volumeId: key }], ids);
  }
  const aim = (arranged: readonly Tile[]) => {
    for (const [at, { plane, spacing }] of arranged.entries()) {
      const focalPoint = plane.centre.map((index) => index * spacing) as Types.Point3;
      const viewUp = unit(plane.down).map((part) => -part) as Types.Point3;
      const viewPlaneNormal = cross(unit(plane.right), viewUp);
      all[at]?.setCamera({
        focalPoint,
        viewUp,
        viewPlaneNormal,
        position: focalPoint.map((at, axis) => at + (viewPlaneNormal[axis] as number) * 300) as Types.Point3,
        parallelScale: sampling.field / 2,
      });
    }
  };
  const colour = (limits: Limits) => {
    for (const viewport of all) viewport.setProperties(look(limits));
  };
  aim(tiles);
  colour(shown.window);
  const first = rendered();
  engine.render();
  await first;
  return {
    async scroll(shifts) {
      const done = rendered();
      aim(arrange(layout, volumes, shifts).tiles);
      engine.render();
      await done;
    },
    async window(limits) {
      const done = rendered();
      colour(limits);
      engine.render();
      await done;
    },
  };
}

/** One stack viewport a tile; the slices were cut beforehand, as a server would. */
export async function stack(
  host: HTMLElement,
  volumes: Volumes,
  layout: LayoutDocument,
  side: number,
  shown: Shown,
): Promise<Technique> {
  const { tiles } = arrange(layout, volumes, shown.shifts);
  const { engine, elements, rendered } = prepared(host, tiles, side);
  metaData.addProvider(
    (type: string, id: unknown) =>
      type === 'generalSeriesModule' && String(id).startsWith('slice:') ? { modality: 'NM' } : undefined,
    1,
  );
  const slices = (at: number) =>
    Array.from({ length: 2 * FARTHEST + 1 }, (_, step) => slice(volumes, layout, at, step - FARTHEST));
  const all = viewports(engine, elements, Enums.ViewportType.STACK) as Types.IStackViewport[];
  await Promise.all(all.map((viewport, at) => viewport.setStack(slices(at), FARTHEST)));
  const colour = (limits: Limits) => {
    for (const viewport of all) viewport.setProperties(look(limits));
  };
  const first = rendered();
  colour(shown.window);
  engine.render();
  await first;
  return {
    async scroll(shifts) {
      const done = rendered();
      await Promise.all(
        all.map((viewport, at) => {
          const { view, state } = tiles[at] as Tile;
          return viewport.setImageIdIndex(FARTHEST + (shifts[view]?.[state] ?? 0));
        }),
      );
      engine.render();
      await done;
    },
    async window(limits) {
      const done = rendered();
      colour(limits);
      engine.render();
      await done;
    },
  };
}

function local(key: string, { dims, spacing, values }: Volume): void {
  volumeLoader.createLocalVolume(key, {
    metadata: {
      BitsAllocated: 32,
      BitsStored: 32,
      SamplesPerPixel: 1,
      HighBit: 31,
      PhotometricInterpretation: 'MONOCHROME2',
      PixelRepresentation: 0,
      Modality: 'NM',
      ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
      PixelSpacing: [spacing, spacing],
      FrameOfReferenceUID: 'neutral',
      Columns: dims[0],
      Rows: dims[1],
      voiLut: [{ windowCenter: 0.5, windowWidth: 1 }],
      VOILUTFunction: 'LINEAR',
    },
    dimensions: [...dims],
    spacing: [spacing, spacing, spacing],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    scalarData: Float32Array.from(values),
  } as never);
}

const made = new Set<string>();

/** The image of a tile that was moved by some slices; tiles that show the same slice share it. */
function slice(volumes: Volumes, layout: LayoutDocument, at: number, step: number): string {
  const shifts = Object.fromEntries(
    layout.strips.map(({ view }) => [
      view,
      Object.fromEntries(layout.strips.map(({ state }) => [state, step])),
    ]),
  );
  const { key, plane } = (arranged.get(step) ?? remembered(step, arrange(layout, volumes, shifts).tiles))[
    at
  ] as Tile;
  const id = `slice:${key}/${[...plane.centre, ...plane.right].map((part) => part.toFixed(2)).join('_')}`;
  if (made.has(id)) return id;
  made.add(id);
  imageLoader.createAndCacheLocalImage(id, {
    scalarData: resliced(volumes[key as PictureKey] as Volume, plane, STACK_SIDE),
    dimensions: [STACK_SIDE, STACK_SIDE],
    spacing: [1, 1],
    targetBuffer: { type: 'Float32Array' },
  } as never);
  return id;
}

const arranged = new Map<number, readonly Tile[]>();

function remembered(step: number, tiles: readonly Tile[]): readonly Tile[] {
  arranged.set(step, tiles);
  return tiles;
}

function unit(vector: Vector): Vector {
  const length = Math.hypot(...vector);
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}

function cross(one: Vector | Types.Point3, other: Vector | Types.Point3): Types.Point3 {
  return [
    one[1] * other[2] - one[2] * other[1],
    one[2] * other[0] - one[0] * other[2],
    one[0] * other[1] - one[1] * other[0],
  ];
}
