/** What happened to every attribute of a file: tags and reasons, never a value (but for the coordinator's eyes). */

import { dictionaryVr, EMPTY, IDENTIFIERS, REMOVED_BY_VR } from './procedure';
import { hex } from './pseudonyms';
import { isPrivate, nameOf } from './tree';
import type { Entry, Example } from './types';

const CHARACTER_SET = 0x00080005;
const FIRST_OF_BLOCKS = 0x1000; // private elements; below stand their creators

/** Entries in the order of the source; equal ones once. */
export class Report {
  private readonly found = new Map<string, Entry>();
  private readonly shown = new Map<string, Example>();

  note(path: string, action: Entry['action'], reason: string, example?: () => Omit<Example, 'path'>): void {
    const line = `${path}\t${action}\t${reason}\n`;
    if (!this.found.has(line)) this.found.set(line, { path, action, reason });
    if (example && !this.shown.has(path)) this.shown.set(path, { path, ...example() });
  }

  /** What another one noted, after what this one has. */
  add(other: Report): void {
    for (const [line, entry] of other.found) if (!this.found.has(line)) this.found.set(line, entry);
    for (const [path, example] of other.shown) if (!this.shown.has(path)) this.shown.set(path, example);
  }

  get entries(): Entry[] {
    return [...this.found.values()];
  }

  get examples(): Example[] {
    return [...this.shown.values()];
  }

  /** SHA-256 (hex) of its lines: by it, equal reports are stored and shown once. */
  async digest(): Promise<string> {
    const lines = new TextEncoder().encode([...this.found.keys()].join(''));
    return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', lines)));
  }
}

/** How a report names a tag: nothing that a file could have chosen freely. */
export function pathOf(tag: number): string {
  const name = nameOf(tag);
  if (isPrivate(tag)) {
    const number = tag & 0xffff;
    return `private ${number < FIRST_OF_BLOCKS ? name : `${name.slice(0, 5)}xx${name.slice(7)}`}`;
  }
  if (isOverlay(tag) || isCurve(tag)) return `${name.slice(0, 2)}xx${name.slice(4)}`;
  return dictionaryVr(tag) === undefined ? 'unknown' : name;
}

/** Why an attribute without a rule goes. */
export function groundOfRemoval(tag: number): string {
  if (isPrivate(tag)) return 'private';
  if (isOverlay(tag)) return 'overlay';
  if (isCurve(tag)) return 'curve';
  if (tag === CHARACTER_SET) return 'charset';
  if (IDENTIFIERS.has(tag) || EMPTY.has(tag)) return 'identity';
  const vr = dictionaryVr(tag);
  return vr === undefined ? 'unknown' : (REMOVED_BY_VR[vr] ?? 'not_needed');
}

function isOverlay(tag: number): boolean {
  return tag >>> 24 === 0x60;
}

function isCurve(tag: number): boolean {
  return tag >>> 24 === 0x50;
}
