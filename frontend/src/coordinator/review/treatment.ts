/** What happens to each attribute, over all files that go: the table that a data-protection officer asks for. */
import type { Entry, Example, Judged } from '../deidentify/types';

export type Action = Entry['action'];

export interface Treated {
  /** Tags without the numbers of items: `0054,0016.0018,1072`, or `private 0011,xx01`. */
  path: string;
  action: Action;
  /** A key of the procedure. */
  reason: string;
  files: number;
  /** From one of the files; local. */
  example: { before: string; after: string } | null;
}

/** Removed first, then changed, then kept; in each the order of the tags. */
export const ACTIONS: readonly Action[] = ['removed', 'changed', 'kept'];

export function treatment(files: readonly Judged[]): Treated[] {
  const reports = new Map<string, { entries: readonly Entry[]; files: number }>();
  const examples = new Map<string, { before: string; after: string }>();
  for (const { reportDigest, report, examples: own } of files) {
    const known = reports.get(reportDigest);
    if (known) known.files += 1;
    else reports.set(reportDigest, { entries: report, files: 1 });
    for (const { path, before, after } of own) keepFirst(examples, path, before, after);
  }
  const treated = new Map<string, Treated>();
  for (const { entries, files: count } of reports.values()) {
    const inThis = new Set<string>();
    for (const { path, action, reason } of entries) {
      const plain = withoutItems(path);
      const key = `${action} ${plain}`;
      if (inThis.has(key)) continue;
      inThis.add(key);
      const known = treated.get(key);
      if (known) known.files += count;
      else
        treated.set(key, { path: plain, action, reason, files: count, example: examples.get(plain) ?? null });
    }
  }
  return [...treated.values()].sort(
    (a, b) => ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) || compare(a.path, b.path),
  );
}

function keepFirst(
  examples: Map<string, Omit<Example, 'path'>>,
  path: string,
  before: string,
  after: string,
): void {
  const plain = withoutItems(path);
  if (!examples.get(plain)?.before) examples.set(plain, { before, after });
}

export function withoutItems(path: string): string {
  return path.replace(/\[[^\]]*\]/g, '');
}

function compare(a: string, b: string): number {
  return Number(a.startsWith('private')) - Number(b.startsWith('private')) || (a < b ? -1 : a > b ? 1 : 0);
}

/** The names of the attributes of a path, outermost first; null for one that has no public name. */
export function namesOf(path: string, names: Readonly<Record<string, string>>): (string | null)[] {
  return path.split('.').map((tag) => {
    const plain = tag.replace(',', '').toUpperCase();
    return names[plain] ?? names[repeating(plain)] ?? null;
  });
}

/** Overlays and curves are numbered in their group: 6002,3000 is the 60xx,3000 of the dictionary. */
function repeating(tag: string): string {
  return /^(50|60)/.test(tag) ? `${tag.slice(0, 2)}xx${tag.slice(4)}` : tag;
}

/** Rows in which the words occur: tag, name, or reason. */
export function matching(
  rows: readonly Treated[],
  wanted: string,
  words: (row: Treated) => string,
): Treated[] {
  const asked = wanted.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (asked.length === 0) return [...rows];
  return rows.filter((row) => {
    const said = words(row).toLowerCase();
    return asked.every((word) => said.includes(word));
  });
}
