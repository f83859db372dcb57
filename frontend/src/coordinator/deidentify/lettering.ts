/**
 * Whether letters may be drawn into a frame. A heuristic that errs towards a person's look; it proves nothing. The same
 * questions, with the same numbers, as in `reader_study/intake/pixels.py`.
 */

const PLATEAU = 30; // pixels of one isolated maximum: about two letters
const LEVELS = 8; // fewer grey levels than this are a mask or a test pattern, not an image
const REPEATED = 10; // pixels of one value: the strokes of two small letters
const SPIKE = 8; // times as often as the values beside it
const BESIDE = 4; // values on each side
const MOST_SPIKES = 8; // values of one frame that are looked at
const MOST_OF_MASK = 0.1; // of a frame of few levels: what covers more of it is a pattern
const CONTRAST = 0.12; // of the range lies between a letter and what is around it, and as many grey levels:
const FEWEST_LEVELS = 4;
const STROKE = 7; // pixels; no stroke of a letter is as thick both ways
const LETTERS = 3; // in a line
const SMALLEST_LETTER = 6; // pixels
const MOST_PATCHES = 2000;

export type Values = Uint16Array | Int16Array;

interface Frame {
  rows: number;
  columns: number;
  values: Values;
  /** Ascending; how often each occurs. */
  levels: readonly number[];
  counts: readonly number[];
}

/** Whether letters may be drawn into a frame, row by row. */
export function showsText(values: Values, rows: number, columns: number): boolean {
  const ordered = values.slice().sort();
  if (!repeatsAValue(ordered)) return false;
  const { levels, counts } = histogram(ordered);
  const frame: Frame = { rows, columns, values, levels, counts };
  const [third = 0, second = 0, top = 0] = levels.slice(-3);
  const plateau = levels.length > LEVELS && (counts[counts.length - 1] ?? 0) >= PLATEAU;
  if (plateau && top - second > 4 * Math.max(1, second - third)) return true;
  return spikes(counts).some((n) => isLettering(frame, n));
}

/** Whether one value, not the lowest, is repeated as no measured one is. */
function repeatsAValue(ordered: Values): boolean {
  const least = ordered[0] ?? 0;
  for (let n = REPEATED - 1; n < ordered.length; n += 1) {
    const value = ordered[n] ?? 0;
    if (value > least && value === ordered[n - REPEATED + 1]) return ordered.length > REPEATED;
  }
  return false;
}

function histogram(ordered: Values): { levels: number[]; counts: number[] } {
  const levels: number[] = [];
  const counts: number[] = [];
  for (const value of ordered) {
    const last = levels.length - 1;
    if (levels[last] === value) counts[last] = (counts[last] ?? 0) + 1;
    else {
      levels.push(value);
      counts.push(1);
    }
  }
  return { levels, counts };
}

/** Which of the values, without the lowest, occur far more often than those beside them; highest first. */
function spikes(counts: readonly number[]): number[] {
  const found: number[] = [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let n = counts.length - 1; n > 0 && found.length < MOST_SPIKES; n -= 1) {
    const count = counts[n] ?? 0;
    if (count < REPEATED) continue;
    const beside = [...counts.slice(Math.max(1, n - BESIDE), n), ...counts.slice(n + 1, n + 1 + BESIDE)];
    const usual = beside.length > 0 ? median(beside) : 1;
    const stands =
      counts.length <= LEVELS ? count <= MOST_OF_MASK * total : count >= SPIKE * Math.max(1, usual);
    if (stands) found.push(n);
  }
  return found;
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  const upper = ordered[middle] ?? 0;
  return ordered.length % 2 ? upper : (upper + (ordered[middle - 1] ?? 0)) / 2;
}

/** Whether the pixels of the n-th value are the strokes of letters, whose edges may be smoothed. */
function isLettering({ rows, columns, values, levels }: Frame, n: number): boolean {
  const value = levels[n] ?? 0;
  const mask = (test: (other: number) => boolean) =>
    Uint8Array.from(values, (other) => (test(other) ? 1 : 0));
  const strokes = mask((other) => other === value);
  const near = dilated(dilated(strokes, rows, columns), rows, columns);
  const around = Array.from(values).filter((_, at) => near[at] && !strokes[at]);
  if (around.length === 0) return false;
  const ground = Math.trunc(median(around));
  const contrast = Math.abs(value - ground);
  const steps = Math.abs(levels.findLastIndex((level) => level < ground) + 1 - n);
  const range = (levels[levels.length - 1] ?? 0) - (levels[0] ?? 0);
  if (contrast < CONTRAST * range) return false;
  if (steps < (levels.length <= LEVELS ? levels.length / 2 : FEWEST_LEVELS)) return false;
  const half = (value + ground) / 2;
  const drawn = mask(value > ground ? (other) => other > half : (other) => other < half);
  return inALine(strokes, strokes, rows, columns) || inALine(drawn, strokes, rows, columns);
}

/** The mask and its neighbours by sides. */
function dilated(mask: Uint8Array, rows: number, columns: number): Uint8Array {
  const wider = mask.slice();
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const n = row * columns + column;
      if (
        (row > 0 && mask[n - columns]) ||
        (row + 1 < rows && mask[n + columns]) ||
        (column > 0 && mask[n - 1]) ||
        (column + 1 < columns && mask[n + 1])
      )
        wider[n] = 1;
    }
  return wider;
}

interface Patch {
  top: number;
  bottom: number;
  left: number;
  right: number;
  size: number;
  /** Pixels of it that are strokes. */
  struck: number;
  isThin: boolean;
}

/** Whether thin patches of like height stand side by side, or of like width one below the other. */
function inALine(drawn: Uint8Array, strokes: Uint8Array, rows: number, columns: number): boolean {
  const all = patches(drawn, strokes, rows, columns);
  if (!all) return false;
  const letters = all.filter(
    ({ size, struck, isThin }) => size >= SMALLEST_LETTER && 6 * struck >= size && isThin,
  );
  const upright = letters.map(({ top, bottom, left, right }) => [top, bottom, right - left] as const);
  const sideways = letters.map(({ top, bottom, left, right }) => [left, right, bottom - top] as const);
  return [upright, sideways].some((spans) =>
    spans.some(([start, stop]) => {
      let found = 0;
      for (const [low, high, across] of spans) {
        const both = Math.min(stop, high) - Math.max(start, low);
        // Letters that touch make one patch, as long as they are many.
        if (both > 0.6 * Math.max(stop - start, high - low))
          found += Math.max(1, Math.floor(across / (high - low)));
      }
      return stop - start > 2 && found >= LETTERS;
    }),
  );
}

/** The connected patches, by sides and corners; null if they are too many to be letters. */
function patches(mask: Uint8Array, strokes: Uint8Array, rows: number, columns: number): Patch[] | null {
  const labels = new Uint16Array(mask.length);
  const found: Patch[] = [];
  const stack: number[] = [];
  for (let first = 0; first < mask.length; first += 1) {
    if (!mask[first] || labels[first]) continue;
    if (found.length === MOST_PATCHES) return null;
    const label = found.length + 1;
    const patch = { top: rows, bottom: 0, left: columns, right: 0, size: 0, struck: 0, isThin: true };
    labels[first] = label;
    stack.push(first);
    for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
      const row = Math.floor(n / columns);
      const column = n % columns;
      patch.size += 1;
      patch.struck += strokes[n] ? 1 : 0;
      patch.top = Math.min(patch.top, row);
      patch.bottom = Math.max(patch.bottom, row + 1);
      patch.left = Math.min(patch.left, column);
      patch.right = Math.max(patch.right, column + 1);
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1)
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1) {
          const next = y * columns + x;
          if (!mask[next] || labels[next]) continue;
          labels[next] = label;
          stack.push(next);
        }
    }
    patch.isThin = isThin(labels, label, patch, columns);
    found.push(patch);
  }
  return found;
}

/** Whether no square of the width of a stroke lies in a patch. */
function isThin(
  labels: Uint16Array,
  label: number,
  { top, bottom, left, right }: Patch,
  columns: number,
): boolean {
  if (Math.min(bottom - top, right - left) < STROKE) return true;
  const sides = new Uint16Array(right - left); // of the largest square that ends at the pixel above
  for (let row = top; row < bottom; row += 1) {
    let corner = 0;
    let before = 0;
    for (let column = left; column < right; column += 1) {
      const above = sides[column - left] ?? 0;
      const isIn = labels[row * columns + column] === label;
      before = isIn ? 1 + Math.min(above, before, corner) : 0;
      if (before >= STROKE) return false;
      corner = above;
      sides[column - left] = before;
    }
  }
  return true;
}
