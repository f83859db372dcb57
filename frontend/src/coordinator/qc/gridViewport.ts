/**
 * The grid painter of the reading workstation as a viewport type of cornerstone3D: one viewport, one canvas, any number
 * of tiles, drawn when the rendering engine says so. Stock viewports cost one scene a tile; this one draws them all at once.
 */
import { getRenderingEngine, registerViewportType, type Types } from '@cornerstonejs/core';
import { GridPicture, type Scene, type Volumes } from '../../reader/picture/painter';

export const MPI_GRID = 'mpi:grid';

declare module '@cornerstonejs/core' {
  interface ViewportTypeRegistry {
    'mpi:grid': 'mpi:grid';
  }
  interface ViewportTypeConstants {
    readonly MpiGrid: 'mpi:grid';
  }
}

/** What the engine hands to a new viewport. */
interface Input {
  id: string;
  element: HTMLDivElement;
  canvas: HTMLCanvasElement;
  renderingEngineId: string;
  defaultOptions: object;
}

export class GridViewport {
  static readonly useCustomRenderingPipeline = true;
  readonly type = MPI_GRID;
  readonly requestedType = MPI_GRID;
  readonly id: string;
  readonly element: HTMLDivElement;
  readonly canvas: HTMLCanvasElement;
  readonly renderingEngineId: string;
  readonly defaultOptions: object;
  options: object;
  // Places in the engine's own canvas, which this viewport does not use.
  sx = 0;
  sy = 0;
  sWidth = 0;
  sHeight = 0;
  isDisabled = false;
  suppressEvents = false;
  viewportStatus = 'noData';
  private readonly layer = document.createElement('div');
  private picture: GridPicture | null = null;
  private scene: Scene | null = null;
  /** Zoom or another screen: the element keeps its size and has other pixels. */
  private readonly follow = () => this.resize();

  constructor({ id, element, canvas, renderingEngineId, defaultOptions }: Input) {
    this.id = id;
    this.element = element;
    this.canvas = canvas;
    this.renderingEngineId = renderingEngineId;
    this.defaultOptions = defaultOptions;
    this.options = defaultOptions;
    element.dataset.viewportUid = id;
    element.dataset.renderingEngineUid = renderingEngineId;
    // Above the engine's own canvas, which takes a 2D context and stays empty.
    this.layer.style.cssText = 'position:absolute;inset:0';
    element.append(this.layer);
    window.addEventListener('resize', this.follow);
  }

  setVolumes(volumes: Volumes): void {
    this.picture?.destroy();
    this.picture = new GridPicture(this.layer, volumes);
  }

  setScene(scene: Scene): void {
    this.scene = scene;
    this.resize();
    this.render();
  }

  /** Fit the tiles to the width of the element, on whole device pixels. */
  resize(): void {
    const ratio = window.devicePixelRatio;
    if (!this.scene || !this.picture) return;
    const side = Math.floor((this.element.clientWidth * ratio) / this.scene.columns);
    if (side > 0) this.picture.resize(side, this.scene, ratio);
  }

  render(): void {
    getRenderingEngine(this.renderingEngineId)?.renderViewport(this.id);
  }

  customRenderViewportToCanvas() {
    if (this.scene) this.picture?.draw(this.scene);
    this.viewportStatus = 'rendered';
    const { element, id, renderingEngineId, suppressEvents, viewportStatus } = this;
    return { element, viewportId: id, renderingEngineId, suppressEvents, viewportStatus };
  }

  /** Called by the engine when the viewport is disabled. */
  destroy(): void {
    window.removeEventListener('resize', this.follow);
    this.picture?.destroy();
    this.picture = null;
    this.layer.remove();
  }

  // The engine asks these of every viewport.
  getUseCustomRenderingPipeline = () => true;
  setRendered() {}
  getFrameOfReferenceUID = () => 'neutral';
  getActors = () => [];
  getWidgets = () => [];
  removeWidgets() {}
  removeAllActors() {}
  reset() {}
  getRotation = () => 0;
  getRenderPasses = () => null;
  getCurrentImageId = () => undefined;
}

registerViewportType({
  name: 'MpiGrid',
  type: MPI_GRID,
  ViewportClass: GridViewport as unknown as Types.IViewport,
} as unknown as Parameters<typeof registerViewportType>[0]);
