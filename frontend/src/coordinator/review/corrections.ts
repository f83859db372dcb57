/** What the coordinator decided before sending, and the way back. */
import type { Answers, Blank, Looked } from '../deidentify/types';

/** About one image (all files of it). */
export interface Correction {
  state?: string;
  view?: string;
  patientId?: string;
  leaveOut?: boolean;
  /** Send it although it was proposed to leave it out. */
  keep?: boolean;
  /** About single files, by their sealed SOP instance UID. */
  looked?: Readonly<Record<string, Looked>>;
}

/** By the key of an image: pseudonyms only. */
export type Corrections = ReadonlyMap<string, Correction>;

export const NONE: Corrections = new Map();

/** The corrections with some changed; one that says nothing any more is taken out. */
export function changed(
  corrections: Corrections,
  keys: readonly string[],
  change: (correction: Correction) => Correction,
): Corrections {
  const next = new Map(corrections);
  for (const key of keys) {
    const made = tidied(change(next.get(key) ?? {}));
    if (made) next.set(key, made);
    else next.delete(key);
  }
  return next;
}

function tidied(correction: Correction): Correction | null {
  const said = Object.entries(correction).filter(
    ([name, value]) =>
      value !== undefined &&
      value !== false &&
      !(name === 'looked' && Object.keys(value as object).length === 0),
  );
  return said.length > 0 ? (Object.fromEntries(said) as Correction) : null;
}

/** The answers for one file of an image; undefined when nobody decided anything about it. */
export function answersFor(correction: Correction | undefined, sopUid: string): Answers | undefined {
  if (!correction) return undefined;
  const { state, view, patientId } = correction;
  const looked = correction.looked?.[sopUid];
  const answers: Answers = {
    ...(state !== undefined && { state }),
    ...(view !== undefined && { view }),
    ...(patientId !== undefined && { patientId }),
    ...(looked && pixelAnswer(looked)),
  };
  return Object.keys(answers).length > 0 ? answers : undefined;
}

function pixelAnswer(looked: Looked): { pixels?: 'seen' | 'blanked'; blank?: readonly Blank[] } {
  if (looked.decision === 'clean') return { pixels: 'seen' };
  return looked.decision === 'blank' ? { pixels: 'blanked', blank: looked.blank } : {};
}

/** Whether a person decided that this file or its whole image stays here. */
export function isLeftOut(correction: Correction | undefined, sopUid: string): boolean {
  return Boolean(correction?.leaveOut) || correction?.looked?.[sopUid]?.decision === 'leave_out';
}

/** Keys whose corrections differ. */
export function difference(a: Corrections, b: Corrections): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(
    (key) => JSON.stringify(a.get(key)) !== JSON.stringify(b.get(key)),
  );
}

/** Steps that can be taken back and taken again. */
export class History {
  private past: Corrections[] = [];
  private future: Corrections[] = [];

  constructor(private present: Corrections) {}

  get now(): Corrections {
    return this.present;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  step(next: Corrections): void {
    if (difference(this.present, next).length === 0) return;
    this.past.push(this.present);
    this.future = [];
    this.present = next;
  }

  undo(): void {
    const before = this.past.pop();
    if (!before) return;
    this.future.push(this.present);
    this.present = before;
  }

  redo(): void {
    const after = this.future.pop();
    if (!after) return;
    this.past.push(this.present);
    this.present = after;
  }
}
