/**
 * Draws every tile of the grid on one canvas: counts are interpolated first and coloured last, so a ten-step table shows ten
 * colours. WebGL2 does it in one draw call; where there is none, or it is lost in the middle of a read, the processor draws
 * the same picture.
 */
import type { StateName } from '../heart/segments';
import type { TableName } from './colours';
import { cpuPainter } from './cpuPainter';
import type { Tile } from './layout';
import { lay, wholeFrom } from './pixels';
import type { Volume } from './slices';
import { webglPainter } from './webglPainter';

/** Limits in fractions of the ventricle's maximum. */
export interface Window {
  low: number;
  high: number;
}

export interface Scene {
  tiles: readonly Tile[];
  rows: number;
  columns: number;
  table: TableName;
  windows: Readonly<Record<StateName, Window>>;
}

/** What one technique can do. `draw` fills `columns * side` by `rows * side` pixels at the top left of a canvas. */
export interface Painter {
  draw(scene: Scene, side: number): void;
  destroy(): void;
}

export type Technique = 'webgl2' | 'cpu';
export type Volumes = Readonly<Record<StateName, Volume>>;

/** The grid in the page: owns its canvas, its size in device pixels, and the change from one technique to the other. */
export class GridPicture {
  technique: Technique = 'webgl2';
  private canvas: HTMLCanvasElement;
  private painter: Painter | null = null;
  private scene: Scene | null = null;
  private side = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly volumes: Volumes,
  ) {
    this.canvas = this.freshCanvas();
    host.prepend(this.canvas);
    this.start('webgl2');
  }

  /** `side`: edge of a tile in device pixels; `ratio`: device pixels a CSS pixel. */
  resize(side: number, scene: Scene, ratio: number): void {
    this.side = side;
    const width = wholeFrom((scene.columns * side) / ratio, ratio);
    const height = wholeFrom((scene.rows * side) / ratio, ratio);
    lay(this.canvas, this.host, width, height, ratio);
    this.draw(scene);
  }

  draw(scene: Scene): void {
    this.scene = scene;
    if (this.side > 0) this.painter?.draw(scene, this.side);
  }

  destroy(): void {
    this.painter?.destroy();
    this.painter = null;
    this.canvas.remove();
  }

  private start(technique: Technique): void {
    this.painter = technique === 'webgl2' ? webglPainter(this.canvas, this.volumes) : null;
    this.technique = this.painter ? 'webgl2' : 'cpu';
    if (!this.painter) {
      // A canvas that once had a WebGL context cannot have another kind.
      const replacement = this.freshCanvas(this.canvas);
      this.canvas.replaceWith(replacement);
      this.canvas = replacement;
      this.painter = cpuPainter(replacement, this.volumes);
    }
    this.canvas.dataset.technique = this.technique;
  }

  private freshCanvas(like?: HTMLCanvasElement): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.className = 'reader-grid-canvas';
    canvas.setAttribute('aria-hidden', 'true');
    if (like) {
      canvas.width = like.width;
      canvas.height = like.height;
      canvas.style.cssText = like.style.cssText;
    } else {
      canvas.addEventListener('webglcontextlost', (event) => {
        event.preventDefault();
        if (canvas !== this.canvas || this.painter === null) return;
        this.start('cpu');
        if (this.scene) this.draw(this.scene);
      });
    }
    return canvas;
  }
}
