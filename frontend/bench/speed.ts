/** One technique a page, stepped from outside, so that the driver can read the browser's own clocks around the steps. */
import { arrange, type LayoutDocument, type Shifts } from '../src/reader/picture/layout';
import { FULL_WINDOW, GridPicture, type Scene, type Volumes } from '../src/reader/picture/painter';
import { type Order, type Received, received, volumesOf } from './data';
import { FARTHEST, type Shown, type Technique } from './technique';

type Name = 'nothing' | 'webgl2' | 'cpu' | 'mpi:grid' | 'orthographic' | 'stack';

const host = document.getElementById('host') as HTMLElement;
let data: Received;
let technique: Technique;
let side = 0;
const shown: Shown = { shifts: {}, window: FULL_WINDOW };

function scene(volumes: Volumes, layout: LayoutDocument, { shifts, window }: Shown): Scene {
  return {
    tiles: arrange(layout, volumes, shifts).tiles,
    rows: layout.rows,
    columns: layout.columns,
    table: 'cool',
    windows: { stress: window, rest: window },
    interpolate: true,
  };
}

/** The grid of the reading page. */
async function own(volumes: Volumes): Promise<Technique> {
  const grid = new GridPicture(host, volumes);
  const now = () => scene(volumes, data.layout, shown);
  grid.resize(Math.floor(side * devicePixelRatio), now(), devicePixelRatio);
  await grid.ready;
  return { scroll: () => grid.draw(now()), window: () => grid.draw(now()) };
}

/** The same as a viewport of cornerstone. */
async function viewport(volumes: Volumes): Promise<Technique> {
  const { openGrid } = await import('../src/coordinator/qc/engine');
  const { Enums } = await import('@cornerstonejs/core');
  const element = document.createElement('div');
  element.style.cssText = `position:relative;width:${side * data.layout.columns}px;height:${side * data.layout.rows}px`;
  host.append(element);
  const grid = openGrid(element);
  grid.setVolumes(volumes);
  const draw = () =>
    new Promise<void>((resolve) => {
      element.addEventListener(Enums.Events.IMAGE_RENDERED, () => resolve(), { once: true });
      grid.setScene(scene(volumes, data.layout, shown));
    });
  await draw();
  return { scroll: draw, window: draw };
}

async function started(name: Name, volumes: Volumes): Promise<Technique> {
  if (name === 'nothing') return { scroll: () => {}, window: () => {} };
  if (name === 'mpi:grid') return viewport(volumes);
  if (name === 'webgl2' || name === 'cpu') return own(volumes);
  const stock = await import('./stock');
  return stock[name](host, volumes, data.layout, side, shown);
}

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Resolves when what was drawn in this frame has been handed on to be shown. */
async function painted(): Promise<void> {
  await frame();
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
}

/** Bytes arrive; code is loaded beforehand, as the reading page loads it while it waits for the pictures. */
async function load(order: Order, edge: number, name: Name): Promise<void> {
  side = edge;
  data = await received(order);
  host.style.width = `${side * data.layout.columns}px`;
  host.style.height = `${side * data.layout.rows}px`;
  if (name === 'mpi:grid') await import('../src/coordinator/qc/engine');
  if (name === 'orthographic' || name === 'stack') await import('./stock');
}

/** From bytes to the first complete picture, in ms. */
async function first(name: Name): Promise<number> {
  const from = performance.now();
  technique = await started(name, volumesOf(data));
  await painted();
  return performance.now() - from;
}

/** Back and forth between slices that differ each time. */
function shiftsAt(step: number): Shifts {
  const turn = step % (4 * FARTHEST);
  const by = turn <= FARTHEST ? turn : turn <= 3 * FARTHEST ? 2 * FARTHEST - turn : turn - 4 * FARTHEST;
  const each = { stress: by, rest: by };
  return { SA: each, VLA: each, HLA: each };
}

/** `count` steps of all tiles, each on its way to the screen before the next. */
async function steps(kind: 'scroll' | 'window', count: number): Promise<void> {
  for (let step = 1; step <= count; step++) {
    if (kind === 'scroll') {
      shown.shifts = shiftsAt(step);
      await technique.scroll(shown.shifts);
    } else {
      shown.window = { low: 0, high: 1 - 0.05 * (step % 10) };
      await technique.window(shown.window);
    }
    await frame();
  }
}

Object.assign(window, { speed: { load, first, steps } });
