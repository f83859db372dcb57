/**
 * Lines of text in an image, found by what a line looks like, whatever grey value it has. It proves nothing. The same
 * questions, with the same numbers, as in `reader_study/intake/text_lines.py`.
 */

import type { Values } from './lettering';

const STROKE = 7; // pixels: what holds such a square is no stroke
const CONTRAST = 12; // percent of the frame's range that the relief has at least,
const FEWEST_LEVELS = 4; // and as many grey levels
/** Letters in a line, at so many eighths of the relief. */
const LETTERS = [
  [2, 6],
  [3, 6],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 4],
] as const;
const MORE_IF_DARK = 1; // the gaps between ribs, trabeculae and noise are dark
const [LOWEST, HIGHEST] = [4, 48]; // rows of a letter
const [MOST_PATCHES, MOST_LETTERS] = [2000, 400]; // noise has more
const CROWD = 12; // so many patches more ask for one more letter in a line

interface Relief {
  values: Int32Array;
  rows: number;
  columns: number;
}

interface Patch {
  top: number;
  bottom: number;
  left: number;
  right: number;
  letters: number;
}

/** Whether a frame, row by row, shows a line of text. */
export function showsLines(frame: Values, rows: number, columns: number): boolean {
  const values = Int32Array.from(frame);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low;
  const opened = withoutStrokes(values, columns, true);
  const bright = { values: values.map((value, n) => value - (opened[n] ?? 0)), rows, columns };
  if (shows(bright, range, 0)) return true;
  const closed = withoutStrokes(values, columns, false);
  const dark = { values: values.map((value, n) => (closed[n] ?? 0) - value), rows, columns };
  return shows(dark, range, MORE_IF_DARK);
}

/** Opened (least, then greatest) or closed by the square, its part inside the frame. */
function withoutStrokes(values: Int32Array, columns: number, isOpened: boolean): Int32Array {
  let result = values;
  for (const isLeast of [isOpened, !isOpened])
    result = running(running(result, columns, columns, isLeast), columns, 1, isLeast);
  return result;
}

/** The extreme value of the places up to half a stroke away, along the rows (step of 1) or the columns. */
function running(values: Int32Array, columns: number, step: number, isLeast: boolean): Int32Array {
  const result = values.slice();
  for (let away = 1; away <= STROKE >> 1; away += 1)
    for (let n = away * step; n < values.length; n += 1) {
      if (step === 1 && n % columns < away) continue;
      const other = n - away * step;
      const here = values[n] as number;
      const there = values[other] as number;
      if (isLeast ? there < (result[n] as number) : there > (result[n] as number)) result[n] = there;
      if (isLeast ? here < (result[other] as number) : here > (result[other] as number)) result[other] = here;
    }
  return result;
}

function shows(relief: Relief, range: number, more: number): boolean {
  const { values, rows, columns } = relief;
  let top = 0;
  for (const value of values) if (value > top) top = value;
  if (top < FEWEST_LEVELS || 100 * top < CONTRAST * range) return false;
  return LETTERS.some(([eighths, letters]) => {
    const least = (top * eighths) >> 3;
    const drawn = Uint8Array.from(values, (value) => (value > least ? 1 : 0));
    return crossesLetters(drawn, rows, columns, letters + more) && hasLine(drawn, relief, letters + more);
  });
}

/** Whether two rows after each other cross as many strokes as a line of letters has. */
function crossesLetters(drawn: Uint8Array, rows: number, columns: number, fewest: number): boolean {
  let before = false;
  for (let row = 0; row < rows; row += 1) {
    let strokes = 0;
    for (let column = 0; column < columns; column += 1) {
      const n = row * columns + column;
      if (drawn[n] && (column === 0 || !drawn[n - 1])) strokes += 1;
    }
    if (before && strokes >= fewest) return true;
    before = strokes >= fewest;
  }
  return false;
}

function hasLine(drawn: Uint8Array, relief: Relief, letters: number): boolean {
  const patches = patchesOf(drawn, relief.rows, relief.columns);
  if (patches.length > MOST_LETTERS) return false;
  const fewest = Math.max(letters, 3 + Math.floor(patches.length / CROWD));
  return patches.some((tallest) => {
    const height = tallest.bottom - tallest.top;
    const off = Math.max(1, Math.floor(height / 6));
    let [left, right, found, capitals] = [0, 0, 0, 0];
    for (const patch of patches) {
      if (Math.abs(patch.bottom - tallest.bottom) > off) continue;
      const isCapital = Math.abs(patch.top - tallest.top) <= off;
      const isSmall = patch.top > tallest.top && 5 * (patch.bottom - patch.top) >= 3 * height;
      if (!isCapital && !isSmall) continue;
      if (!found || 2 * (patch.left - right) > 3 * height)
        [left, right, found, capitals] = [patch.left, 0, 0, 0];
      found += patch.letters;
      capitals += isCapital ? patch.letters : 0;
      right = Math.max(right, patch.right);
      const box = { top: Math.max(0, tallest.top - 1), bottom: tallest.bottom + 1, left, right };
      if (found >= fewest && 2 * capitals >= found && standsOut(drawn, relief, box)) return true;
    }
    return false;
  });
}

/** What may be letters, from left to right; none if there are too many. */
function patchesOf(drawn: Uint8Array, rows: number, columns: number): Patch[] {
  const labels = new Uint16Array(drawn.length);
  const found: Patch[] = [];
  const stack: number[] = [];
  for (let first = 0, label = 0; first < drawn.length; first += 1) {
    if (!drawn[first] || labels[first]) continue;
    label += 1;
    if (label > MOST_PATCHES) return [];
    const patch = { top: rows, bottom: 0, left: columns, right: 0, letters: 1 };
    let strokes = 0; // how often a row enters it
    labels[first] = label;
    stack.push(first);
    for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
      const row = Math.floor(n / columns);
      const column = n % columns;
      if (column === 0 || !drawn[n - 1]) strokes += 1;
      patch.top = Math.min(patch.top, row);
      patch.bottom = Math.max(patch.bottom, row + 1);
      patch.left = Math.min(patch.left, column);
      patch.right = Math.max(patch.right, column + 1);
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1)
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1) {
          const next = y * columns + x;
          if (!drawn[next] || labels[next]) continue;
          labels[next] = label;
          stack.push(next);
        }
    }
    const [height, width] = [patch.bottom - patch.top, patch.right - patch.left];
    if (height < LOWEST || height > HIGHEST) continue;
    // Letters that touch: as many as it is long and as it has strokes.
    if (10 * width > 13 * height)
      patch.letters = Math.max(
        1,
        Math.min(Math.floor(width / height), Math.floor((2 * strokes) / (3 * height))),
      );
    found.push(patch);
  }
  return found.sort((one, other) => one.left - other.left);
}

/** Whether there is far less between the strokes than on them; noise has much everywhere. */
function standsOut(
  drawn: Uint8Array,
  { values, rows, columns }: Relief,
  { top, bottom, left, right }: Omit<Patch, 'letters'>,
): boolean {
  let [strokes, gaps, on, between] = [0, 0, 0, 0];
  for (let row = top; row < Math.min(bottom, rows); row += 1)
    for (let column = left; column < right; column += 1) {
      const n = row * columns + column;
      if (drawn[n]) {
        strokes += 1;
        on += values[n] ?? 0;
      } else {
        gaps += 1;
        between += values[n] ?? 0;
      }
    }
  return 10 * between * strokes < 3 * on * gaps;
}
