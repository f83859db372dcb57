import { getRenderingEngine, init, RenderingEngine } from '@cornerstonejs/core';
import { type GridViewport, MPI_GRID } from './gridViewport';

const ENGINE = 'quality-check';
let opened = 0;

/** One engine for the life of the page: cornerstone loses textures when engines come and go. */
function engine(): RenderingEngine {
  const running = getRenderingEngine(ENGINE) as RenderingEngine | undefined;
  if (running) return running;
  init();
  return new RenderingEngine(ENGINE);
}

/** Put a grid into an element that has its size already. */
export function openGrid(element: HTMLDivElement): GridViewport {
  opened += 1;
  const viewportId = `grid-${opened}`;
  engine().enableElement({ viewportId, element, type: MPI_GRID } as unknown as Parameters<
    RenderingEngine['enableElement']
  >[0]);
  return engine().getViewport(viewportId) as unknown as GridViewport;
}

export function closeGrid(viewport: GridViewport): void {
  engine().disableElement(viewport.id);
}
