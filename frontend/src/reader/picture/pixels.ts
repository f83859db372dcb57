/**
 * A canvas must lie on whole device pixels, in place and in size. Otherwise the browser stretches or shifts it by a fraction of a
 * pixel and blends the colours of a stepped table.
 */
const EXACT = 1e-3;
const FARTHEST = 20;

function isWhole(css: number, ratio: number): boolean {
  return Math.abs(css * ratio - Math.round(css * ratio)) < EXACT;
}

/** The smallest whole number of CSS pixels, `least` or more, that is a whole number of device pixels, too. */
export function wholeFrom(least: number, ratio: number): number {
  const first = Math.ceil(least - EXACT);
  for (let css = first; css < first + FARTHEST; css++) if (isWhole(css, ratio)) return css;
  return first;
}

/** The largest such number, `most` or less. */
export function wholeUpTo(most: number, ratio: number): number {
  const first = Math.floor(most + EXACT);
  for (let css = first; css > first - FARTHEST; css--) if (isWhole(css, ratio)) return css;
  return first;
}

/**
 * How to move an element that begins at `css` onto a whole device pixel: first to a whole CSS pixel, by its position, because
 * browsers round positions before they apply a transform; from there on by a transform, which they keep exact.
 */
export function ontoPixels(css: number, ratio: number): { position: number; transform: number } {
  const whole = Math.ceil(css - EXACT);
  return { position: whole - css, transform: (Math.ceil(whole * ratio - EXACT) - whole * ratio) / ratio };
}

/** Lay a canvas of `width` by `height` CSS pixels, which must be whole ones, onto the pixels of the screen at its parent's corner. */
export function lay(
  canvas: HTMLCanvasElement,
  parent: Element,
  width: number,
  height: number,
  ratio: number,
): void {
  const box = parent.getBoundingClientRect();
  // A box is told in pixels of the page, a style in those of its own element.
  const zoom = parent.currentCSSZoom ?? 1;
  const [across, down] = [ontoPixels(box.left / zoom, ratio), ontoPixels(box.top / zoom, ratio)];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  Object.assign(canvas.style, {
    width: `${width}px`,
    height: `${height}px`,
    left: `${across.position}px`,
    top: `${down.position}px`,
    transform: `translate(${across.transform}px, ${down.transform}px)`,
  });
}
