/**
 * The regions of the brain as the form names them: "frontal_left", "frontal_right", … in the order of its list. Which there are,
 * only the form says; here is what their names mean for the way from one to the next.
 */
export type Side = 'left' | 'right';

/** Null for a region that lies in the middle. */
export function sideOf(region: string | undefined): Side | null {
  return region?.endsWith('_left') ? 'left' : region?.endsWith('_right') ? 'right' : null;
}

/** "frontal" of "frontal_left". */
export function withoutSide(region: string): string {
  return region.replace(/_(left|right)$/, '');
}

/** A region of both sides: numbers from 1 in the form's list. */
export interface Pair {
  name: string;
  left: number;
  right: number;
}

export function pairs(regions: readonly string[]): Pair[] {
  return regions.flatMap((region, index) => {
    const name = withoutSide(region);
    const right = regions.indexOf(`${name}_right`);
    return sideOf(region) === 'left' && right >= 0 ? [{ name, left: index + 1, right: right + 1 }] : [];
  });
}

/** The same region of the other side; a region without one is its own. */
export function partner(regions: readonly string[], site: number): number {
  const region = regions[site - 1];
  const side = sideOf(region);
  if (!region || !side) return site;
  const other = regions.indexOf(`${withoutSide(region)}_${side === 'left' ? 'right' : 'left'}`);
  return other < 0 ? site : other + 1;
}

/** The region above or below on the same side; at the ends of the list, itself. */
export function along(regions: readonly string[], site: number, step: 1 | -1): number {
  const side = sideOf(regions[site - 1]);
  for (let index = site - 1 + step; index >= 0 && index < regions.length; index += step) {
    if (sideOf(regions[index]) === side) return index + 1;
  }
  return site;
}
