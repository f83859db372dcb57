/**
 * Whether letters may be drawn into a frame. A heuristic that errs towards a person's look; it proves nothing. The same
 * questions, with the same numbers, as in `reader_study/intake/pixels.py`.
 */

const PLATEAU = 30; // pixels of one isolated maximum: about two letters
const LEVELS = 8; // fewer grey levels than this are a mask or a test pattern, not an image
const REPEATED = 20; // pixels of one value: about one letter
const SPIKE = 8; // times as often as the values beside it
const BESIDE = 4; // values on each side
const MOST_SPIKES = 16; // values of one frame that are looked at
const CONTRAST = 0.2; // of all grey levels lie between a letter and what is around it
const FEWEST_LEVELS = 4;
const STROKE = 7; // pixels; no stroke of a letter is as thick both ways
const GAP = 0.3; // of the range: no organ's edge leaps so far without a pixel between
const LETTERS = 3; // in a line
const SMALLEST_LETTER = 3; // pixels
const MOST_LETTERS = 400;

export type Values = Uint16Array | Int16Array;

interface Mask {
  rows: number;
  columns: number;
  on: Uint8Array;
}

/** Whether the frame has one value, not the lowest, that is repeated as no measured one is, or a range left out. */
export function isSuspicious(frame: Values): boolean {
  const size = frame.length;
  if (size <= REPEATED) return false;
  const ordered = frame.slice().sort();
  const least = ordered[0] ?? 0;
  const range = (ordered[size - 1] ?? 0) - least;
  for (let n = REPEATED - 1; n < size; n += 1) {
    const value = ordered[n] ?? 0;
    if (value > least && value === ordered[n - REPEATED + 1]) return true;
  }
  for (let n = Math.floor(size / 2); n < size - REPEATED; n += 1)
    if ((ordered[n + 1] ?? 0) - (ordered[n] ?? 0) > GAP * range) return true;
  return false;
}

/** Whether letters may be drawn into a frame, row by row. */
export function showsText(frame: Values, rows: number, columns: number): boolean {
  const { levels, counts } = histogram(frame);
  const mask = (test: (value: number) => boolean): Mask => {
    const on = new Uint8Array(frame.length);
    for (let n = 0; n < on.length; n += 1) on[n] = test(frame[n] ?? 0) ? 1 : 0;
    return { rows, columns, on };
  };
  if (levels.length <= LEVELS)
    return levels.slice(1).some((level) => inALine(mask((value) => value === level)));
  const [third = 0, second = 0, top = 0] = levels.slice(-3);
  if ((counts[counts.length - 1] ?? 0) >= PLATEAU && top - second > 4 * Math.max(1, second - third))
    return true;
  if (
    spikes(levels, counts).some((value) =>
      isLettering(
        frame,
        levels,
        mask((other) => other === value),
        value,
      ),
    )
  )
    return true;
  const from = lowEndOfWidestGap(levels);
  if (from === null) return false;
  const above = mask((value) => value > from);
  const area = above.on.reduce((sum, on) => sum + on, 0);
  return area >= REPEATED && area <= Math.floor(frame.length / 2) && isThin(above) && inALine(above);
}

function histogram(frame: Values): { levels: number[]; counts: number[] } {
  const ordered = frame.slice().sort();
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

/** The values, without the lowest, that occur far more often than those beside them. */
function spikes(levels: readonly number[], counts: readonly number[]): number[] {
  const found = levels.filter((_, n) => {
    const count = counts[n] ?? 0;
    if (n === 0 || count < REPEATED) return false;
    const beside = [...counts.slice(Math.max(1, n - BESIDE), n), ...counts.slice(n + 1, n + 1 + BESIDE)];
    return beside.length > 0 && count >= SPIKE * Math.max(1, median(beside));
  });
  return found.reverse().slice(0, MOST_SPIKES);
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  const upper = ordered[middle] ?? 0;
  return ordered.length % 2 ? upper : (upper + (ordered[middle - 1] ?? 0)) / 2;
}

/** Whether the pixels of one value form thin strokes that stand out from what is around them. */
function isLettering(frame: Values, levels: readonly number[], mask: Mask, value: number): boolean {
  if (!isThin(mask)) return false;
  const ranks = new Map(levels.map((level, rank) => [level, rank]));
  const rank = ranks.get(value) ?? 0;
  const { rows, columns, on } = mask;
  const away: number[] = [];
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const n = row * columns + column;
      if (on[n]) continue;
      const touches =
        (row > 0 && on[n - columns]) ||
        (row + 1 < rows && on[n + columns]) ||
        (column > 0 && on[n - 1]) ||
        (column + 1 < columns && on[n + 1]);
      if (touches) away.push(Math.abs((ranks.get(frame[n] ?? 0) ?? 0) - rank));
    }
  const contrast = away.length > 0 ? median(away) : 0;
  return contrast >= Math.max(FEWEST_LEVELS, CONTRAST * levels.length) && inALine(mask);
}

/** The level below the widest gap between grey levels; null if no gap is wide: text that was added, not set. */
function lowEndOfWidestGap(levels: readonly number[]): number | null {
  let widest = 0;
  let from = 0;
  for (let n = 0; n + 1 < levels.length; n += 1) {
    const step = (levels[n + 1] ?? 0) - (levels[n] ?? 0);
    if (step > widest) {
      widest = step;
      from = levels[n] ?? 0;
    }
  }
  const range = (levels[levels.length - 1] ?? 0) - (levels[0] ?? 0);
  return widest > GAP * range ? from : null;
}

/** Whether no square of the width of a stroke lies in it. */
function isThin({ rows, columns, on }: Mask): boolean {
  if (Math.min(rows, columns) < STROKE) return true;
  const side = new Uint16Array(columns); // of the largest square that ends at the pixel above
  for (let row = 0; row < rows; row += 1) {
    let corner = 0;
    let left = 0;
    for (let column = 0; column < columns; column += 1) {
      const above = side[column] ?? 0;
      left = on[row * columns + column]
        ? 1 + Math.min(above, column > 0 ? left : 0, column > 0 ? corner : 0)
        : 0;
      if (left >= STROKE) return false;
      corner = above;
      side[column] = left;
    }
  }
  return true;
}

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** Whether several patches of like height stand side by side, or of like width one below the other. */
function inALine(mask: Mask): boolean {
  const boxes = patches(mask);
  if (!boxes) return false;
  return [
    boxes.map(({ top, bottom }): [number, number] => [top, bottom]),
    boxes.map(({ left, right }): [number, number] => [left, right]),
  ].some((spans) =>
    spans.some(([start, stop]) => {
      if (stop - start <= 2) return false;
      const like = spans.filter(
        ([low, high]) =>
          Math.min(stop, high) - Math.max(start, low) > 0.6 * Math.max(stop - start, high - low),
      );
      return like.length >= LETTERS;
    }),
  );
}

/** The boxes of the connected patches, by sides and corners; null if they are too few or too many to be letters. */
function patches({ rows, columns, on }: Mask): Box[] | null {
  const left = on.slice();
  const boxes: Box[] = [];
  const stack: number[] = [];
  let count = 0;
  for (let first = 0; first < left.length; first += 1) {
    if (!left[first]) continue;
    count += 1;
    if (count > MOST_LETTERS) return null;
    const box: Box = { top: rows, bottom: 0, left: columns, right: 0 };
    let size = 0;
    left[first] = 0;
    stack.push(first);
    for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
      size += 1;
      const row = Math.floor(n / columns);
      const column = n % columns;
      box.top = Math.min(box.top, row);
      box.bottom = Math.max(box.bottom, row + 1);
      box.left = Math.min(box.left, column);
      box.right = Math.max(box.right, column + 1);
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1)
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1) {
          const next = y * columns + x;
          if (!left[next]) continue;
          left[next] = 0;
          stack.push(next);
        }
    }
    if (size >= SMALLEST_LETTER) boxes.push(box);
  }
  return count >= LETTERS ? boxes : null;
}
