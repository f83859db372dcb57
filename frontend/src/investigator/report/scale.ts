/** Scales and ticks of the report's figures. */

/** A colour on the way from "under" through nothing to "over"; beyond the limit it stays at the end. */
export function diverging(value: number, limit: number): string {
  const share = Math.min(1, Math.abs(value) / limit);
  const end = value < 0 ? 'var(--under)' : 'var(--over)';
  return `color-mix(in srgb, ${end} ${Math.round(share * 100)}%, var(--panel))`;
}

/** Round tick values that cover a range: steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, about: number): number[] {
  const span = high - low || 1;
  const raw = span / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw) ?? 10;
  const step = factor * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}

/** A range that holds all values with a little room, and is never empty. */
export function padded(values: readonly number[], atLeast: number): [low: number, high: number] {
  const low = Math.min(-atLeast, ...values);
  const high = Math.max(atLeast, ...values);
  const room = (high - low) * 0.06;
  return [low - room, high + room];
}
