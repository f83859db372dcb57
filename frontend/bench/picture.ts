/** One grid, driven from outside: the tests look at what the product's own painters show. */
import type { TableName } from '../src/reader/picture/colours';
import { arrange, type LayoutDocument, type Nudge, type Shifts } from '../src/reader/picture/layout';
import { GridPicture, type Window as Limits, type Scene, type Volumes } from '../src/reader/picture/painter';
import { type Place, placesOf, worldOf } from '../src/reader/picture/points';
import type { PolarMap } from '../src/reader/picture/polarPicture';
import type { Vector, Ventricle, Volume } from '../src/reader/picture/slices';
import { fractions, type PictureKey } from '../src/reader/picture/volume';
import { type Order, received, volumesOf } from './data';
import { polarOf } from './polarOf';
import { segmentValues } from './segmentValues';

/** The contour is kept in hundredths of a millimetre. */
const PER_MM = 100;

interface Shown {
  table: TableName;
  windows?: Readonly<Record<string, Limits>>;
  interpolate?: boolean;
  shifts?: Shifts;
  nudge?: Nudge;
}

interface Opened {
  technique: string;
  reduced: boolean;
  drawn: [width: number, height: number];
}

class Page {
  private readonly host = document.getElementById('host') as HTMLElement;
  private grid: GridPicture | null = null;
  private volumes: Volumes = {};
  private layout: LayoutDocument = { name: '', columns: 1, rows: 1, strips: [] };
  private shown: Shown = { table: 'gray' };

  /** `side`: edge of a tile in CSS pixels. */
  async open(order: Order, side: number, shown: Shown): Promise<Opened> {
    const data = await received(order);
    this.volumes = volumesOf(data);
    this.layout = data.layout;
    this.shown = shown;
    this.grid?.destroy();
    this.host.style.width = `${side * data.layout.columns}px`;
    this.host.style.height = `${side * data.layout.rows}px`;
    this.grid = new GridPicture(this.host, this.volumes);
    this.resize(side);
    await this.grid.ready;
    return this.state();
  }

  resize(side: number): Opened {
    const ratio = window.devicePixelRatio;
    this.grid?.resize(Math.floor(side * ratio), this.scene(), ratio);
    return this.state();
  }

  show(shown: Shown): Opened {
    this.shown = shown;
    this.grid?.draw(this.scene());
    return this.state();
  }

  /** Swap pictures, as a cine does: each key gets the volume of another. */
  swap(keys: Readonly<Record<PictureKey, PictureKey>>): void {
    const swapped = Object.entries(keys).map(([key, from]) => [key, this.volumes[from as PictureKey]]);
    this.grid?.setVolumes({ ...this.volumes, ...Object.fromEntries(swapped) });
    this.grid?.draw(this.scene());
  }

  state(): Opened {
    const { technique } = this.grid as GridPicture;
    const { width, height, dataset } = this.canvas();
    const reduced = dataset.reduced === 'true';
    return { technique, reduced, drawn: [width, height] };
  }

  /** The canvas's own pixels, RGBA in base64; drawn anew, as a WebGL canvas forgets them after the frame. */
  pixels(): string {
    this.grid?.draw(this.scene());
    const { width, height } = this.canvas();
    const copy = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
    copy.drawImage(this.canvas(), 0, 0);
    const bytes = copy.getImageData(0, 0, width, height).data;
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192)
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  }

  /** As when a driver restarts. */
  async lose(): Promise<string> {
    const { grid } = this;
    const gone = new Promise((resolve) => {
      this.canvas().addEventListener('webglcontextlost', resolve);
    });
    this.canvas().getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    await gone;
    await grid?.ready;
    return this.state().technique;
  }

  point(row: number, column: number, u: number, v: number): Vector {
    const tile = this.arranged().tiles.find((found) => found.row === row && found.column === column);
    if (!tile) throw new Error(`There is no tile ${row} ${column}.`);
    return worldOf(tile, u, v);
  }

  places(point: Vector): Place[] {
    return placesOf(this.arranged(), point);
  }

  /** 17 values of a picture: of the map that the server sent, and of one made here from volume and contour. */
  async values(key: PictureKey, map: string, wall: string): Promise<{ sent: number[]; made: number[] }> {
    const volume = this.volumes[key] as Volume<Ventricle>;
    const bytes = async (address: string) => (await fetch(address)).arrayBuffer();
    const net = { rings: 24, angles: 72 };
    const sent: PolarMap = { ...net, values: fractions(await bytes(map), 24 * 72, 40_000) };
    const contour = { ...net, distances: fractions(await bytes(wall), 24 * 72, PER_MM) };
    return { sent: segmentValues(sent), made: segmentValues(polarOf(volume, contour)) };
  }

  private canvas(): HTMLCanvasElement {
    return this.host.querySelector('canvas') as HTMLCanvasElement;
  }

  private arranged() {
    return arrange(this.layout, this.volumes, this.shown.shifts ?? {}, this.shown.nudge);
  }

  private scene(): Scene {
    const { table, windows = {}, interpolate = true } = this.shown;
    const { rows, columns } = this.layout;
    return { tiles: this.arranged().tiles, rows, columns, table, windows, interpolate };
  }
}

Object.assign(window, { picture: new Page() });
