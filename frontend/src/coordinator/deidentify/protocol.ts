/** What the pool and a worker say to each other. */
import type { Answers, Judged } from './types';

/** The first message to a worker. */
export interface Key {
  key: Uint8Array;
  /** Whether the study reads stress and rest. */
  states: boolean;
}

export interface Task {
  id: number;
  what: 'judge' | 'sealed' | 'frames';
  n: number;
  file: Blob;
  answers?: Answers | undefined;
}

/** Stored values of all frames, one after the other. */
export interface PixelValues {
  rows: number;
  columns: number;
  count: number;
  low: number;
  high: number;
  inverted: boolean;
  values: Uint8Array | Int8Array | Uint16Array | Int16Array;
}

/** `report` is left out when the worker has sent one with this digest before. */
export type JudgedOnce = Omit<Judged, 'report'> & { report: Judged['report'] | null };

export type Answer =
  | { id: number; judged: JudgedOnce }
  | { id: number; sealed: ArrayBuffer }
  | { id: number; frames: PixelValues }
  /** The file may not leave, or cannot be shown. */
  | { id: number; code: string };
