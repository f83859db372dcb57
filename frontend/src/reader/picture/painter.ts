/**
 * Draws every tile of the grid on one canvas: counts are interpolated first and coloured last, so a ten-step table shows ten
 * colours. WebGL2 does it in one draw call; where there is none, or it is lost in the middle of a read, the processor draws
 * the same picture.
 */
import { lay, wholeFrom } from './pixels';
import { LONGEST_CANVAS, type Painter, type Scene, type Volumes } from './scene';
import { hasGraphics, webglPainter } from './webglPainter';

export { FULL_WINDOW, type Scene, type Volumes, type Window } from './scene';

export type Technique = 'webgl2' | 'cpu';

/** The painter without WebGL2 is not part of the page: it is fetched when it is needed, or before, when the page has time. */
const spare = () => import('./cpuPainter');
const SPARE_WITHIN_MS = 5000;

/** Asked once, and again after a loss: to ask takes longer than to draw. */
let graphics: boolean | undefined;
function graphicsFound(): boolean {
  graphics ??= hasGraphics();
  return graphics;
}

/** While pictures are on their way: find out how they will be drawn, and fetch what draws them. */
export function preparePainter(): void {
  if (!graphicsFound()) void spare().catch(() => undefined);
}

export interface Drawn {
  /** The screen has more pixels than a canvas can: drawn at fewer, each of which then covers a square of the screen. */
  reduced: boolean;
  /** The painter without WebGL2 could not be fetched; it is asked for again with the next picture. */
  failed: boolean;
}

/** The grid in the page: owns its canvas, its size in device pixels, and the change from one technique to the other. */
export class GridPicture {
  technique: Technique = 'webgl2';
  private reduced = false;
  /** There is a painter. With WebGL2 it is there at once. */
  ready: Promise<void>;
  /** Settles with the first picture. */
  readonly drawn: Promise<void>;
  private tellDrawn = () => {};
  private canvas: HTMLCanvasElement;
  private painter: Painter | null = null;
  private destroyed = false;
  private failed = false;
  private shown: { side: number; scene: Scene; ratio: number } | null = null;

  constructor(
    private readonly host: HTMLElement,
    private volumes: Volumes,
    private readonly tell: (drawn: Drawn) => void = () => {},
  ) {
    this.drawn = new Promise((tell) => {
      this.tellDrawn = tell;
    });
    this.canvas = this.freshCanvas();
    host.prepend(this.canvas);
    this.painter = graphicsFound() ? webglPainter(this.canvas) : null;
    if (this.painter) {
      this.ready = Promise.resolve();
      fetchSpare();
    } else {
      this.ready = this.withoutWebgl();
    }
  }

  /** Other pictures for the next `draw`, for example the next frame of a cine. A volume seen before is not sent again. */
  setVolumes(volumes: Volumes): void {
    this.volumes = volumes;
  }

  /** `side`: edge of a tile in device pixels; `ratio`: device pixels a CSS pixel. */
  resize(side: number, scene: Scene, ratio: number): void {
    this.shown = { side, scene, ratio };
    const width = wholeFrom((scene.columns * side) / ratio, ratio);
    const height = wholeFrom((scene.rows * side) / ratio, ratio);
    lay(this.canvas, this.host, width, height, ratio);
    this.fit();
    this.draw(scene);
  }

  draw(scene: Scene): void {
    if (!this.shown) return;
    this.shown = { ...this.shown, scene };
    if (this.failed) this.ready = this.withoutWebgl();
    const { side } = this.shown;
    if (side <= 0 || !this.painter) return;
    this.painter.draw(scene, this.volumes, this.reduced ? this.most(scene) : side);
    this.canvas.dataset.technique = this.technique;
    this.tellDrawn();
  }

  destroy(): void {
    this.destroyed = true;
    this.painter?.destroy();
    this.painter = null;
    this.canvas.remove();
  }

  /** The largest tile whose grid still fits on a canvas. */
  private most({ columns, rows }: Scene): number {
    const longest = Math.min(this.painter?.longest ?? LONGEST_CANVAS, LONGEST_CANVAS);
    return Math.max(1, Math.floor(longest / Math.max(columns, rows)));
  }

  /** A grid that no canvas can hold is drawn smaller and enlarged by whole steps: no colour is blended, no tile is lost. */
  private fit(): void {
    if (!this.shown) return;
    const { side, scene, ratio } = this.shown;
    const most = this.most(scene);
    this.reduced = side > most;
    this.canvas.dataset.reduced = String(this.reduced);
    this.tell({ reduced: this.reduced, failed: this.failed });
    this.canvas.style.imageRendering = this.reduced ? 'pixelated' : '';
    if (!this.reduced) return;
    this.canvas.width = scene.columns * most;
    this.canvas.height = scene.rows * most;
    this.canvas.style.width = `${(scene.columns * side) / ratio}px`;
    this.canvas.style.height = `${(scene.rows * side) / ratio}px`;
  }

  private async withoutWebgl(): Promise<void> {
    this.technique = 'cpu';
    this.painter = null;
    this.failed = false;
    const found = await spare().catch(() => null);
    if (this.destroyed) return;
    this.failed = found === null;
    if (!found) return this.tell({ reduced: this.reduced, failed: true });
    // A canvas that once had a WebGL context cannot have another kind.
    const replacement = this.canvas.cloneNode() as HTMLCanvasElement;
    this.canvas.replaceWith(replacement);
    this.canvas = replacement;
    this.painter = found.cpuPainter(replacement);
    this.fit();
    if (this.shown) this.draw(this.shown.scene);
  }

  private freshCanvas(): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.className = 'reader-grid-canvas';
    canvas.setAttribute('aria-hidden', 'true');
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      // Its own painter lets go of the context of a picture that is closed.
      if (this.destroyed) return;
      graphics = undefined;
      if (canvas === this.canvas && this.painter) this.ready = this.withoutWebgl();
    });
    return canvas;
  }
}

/** While the network is there: a graphics processor may go away when the network has, too. */
function fetchSpare(): void {
  const fetching = () => void spare().catch(() => undefined);
  if ('requestIdleCallback' in window) window.requestIdleCallback(fetching, { timeout: SPARE_WITHIN_MS });
  else setTimeout(fetching, SPARE_WITHIN_MS);
}
