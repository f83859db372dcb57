/** The files of one drop: judged, corrected, and ready to be sent. Free of the pages; they are told when it changes. */
import type { Deidentifier, Judged, Looked } from '../deidentify/types';
import type { LocalFile } from '../folder';
import type { ZipProblem } from '../zip';
import {
  answersFor,
  type Correction,
  type Corrections,
  changed,
  difference,
  History,
  NONE,
} from './corrections';
import { type Grouping, grouped, imageKey, type Place } from './grouping';
import { type Treated, treatment } from './treatment';

/** A file that stays here, and why. */
export interface Kept {
  path: string;
  size: number;
  code: string;
}

/** All that the page before sending shows. */
export interface Review extends Grouping {
  kept: Kept[];
  treated: Treated[];
  /** Files that are judged again because of a correction. */
  busy: number;
  canUndo: boolean;
  canRedo: boolean;
}

export interface Line {
  n: number;
  size: number;
  sha256: string;
  report: string;
}

/** Two workers judge; two more files are being read meanwhile. */
const UNDER_WAY = 4;

export class Batch {
  private readonly base: (Judged | undefined)[] = [];
  private readonly now: (Judged | undefined)[] = [];
  private readonly busy = new Set<number>();
  private readonly broken = new Map<number, string>();
  private history = new History(NONE);
  /** Of each image its files: made once, when all are judged. */
  private filesOf = new Map<string, number[]>();

  constructor(
    readonly files: readonly LocalFile[],
    private readonly problems: readonly ZipProblem[],
    private readonly deidentifier: Deidentifier,
    private readonly wanted: { kinds: readonly string[]; places: readonly Place[]; fileBytes: number },
    private readonly onChange: () => void,
  ) {}

  /** Judge every file, a few at a time; then apply what was decided about them earlier. */
  async judge(
    remembered: Corrections,
    onDone: (done: number, bytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    let done = 0;
    let bytes = 0;
    await this.each(
      this.files.map((_, n) => n),
      async (n) => {
        const judged = await this.judged(n);
        this.base[n] = judged;
        this.now[n] = judged;
        done += 1;
        bytes += this.files[n]?.size ?? 0;
        onDone(done, bytes);
      },
      signal,
    );
    this.base.forEach((said, n) => {
      if (!said?.description || said.verdict === 'kept_back') return;
      const key = imageKey(said);
      const known = this.filesOf.get(key);
      if (known) known.push(n);
      else this.filesOf.set(key, [n]);
    });
    this.history = new History(remembered);
    await this.judgeAgain([...remembered.keys()], signal);
  }

  get corrections(): Corrections {
    return this.history.now;
  }

  /** Decide something about images; their files are judged again at once. */
  correct(keys: readonly string[], change: (was: Correction) => Correction, signal: AbortSignal): void {
    this.move((history) => history.step(changed(history.now, keys, change)), signal);
  }

  looked(numbers: readonly number[], looked: Looked, signal: AbortSignal): void {
    this.move((history) => {
      let next = history.now;
      for (const n of numbers) {
        const said = this.base[n];
        if (!said) continue;
        next = changed(next, [imageKey(said)], (was) => ({
          ...was,
          looked: { ...was.looked, [said.sopUid]: looked },
        }));
      }
      history.step(next);
    }, signal);
  }

  undo(signal: AbortSignal): void {
    this.move((history) => history.undo(), signal);
  }

  redo(signal: AbortSignal): void {
    this.move((history) => history.redo(), signal);
  }

  private move(how: (history: History) => void, signal: AbortSignal): void {
    const before = this.history.now;
    how(this.history);
    void this.judgeAgain(difference(before, this.history.now), signal).catch(() => {});
    this.onChange();
  }

  private async judgeAgain(keys: readonly string[], signal: AbortSignal): Promise<void> {
    const numbers = keys.flatMap((key) => this.filesOf.get(key) ?? []);
    const toDo = numbers.filter((n) => {
      const said = this.base[n];
      if (said && this.answers(said)) return true;
      this.now[n] = said; // nothing is decided any more: what the file says by itself is known
      this.busy.delete(n);
      return false;
    });
    for (const n of toDo) this.busy.add(n);
    this.onChange();
    await this.each(
      toDo,
      async (n) => {
        const said = this.base[n];
        if (!said) return;
        const asked = JSON.stringify(this.answers(said));
        const judged = await this.judged(n, this.answers(said));
        if (asked !== JSON.stringify(this.answers(said))) return; // decided otherwise meanwhile
        this.now[n] = judged;
        this.busy.delete(n);
        this.onChange();
      },
      signal,
    );
  }

  private answers(said: Judged) {
    return answersFor(this.history.now.get(imageKey(said)), said.sopUid);
  }

  private async judged(n: number, answers?: ReturnType<typeof answersFor>): Promise<Judged | undefined> {
    const file = this.files[n];
    if (!file) return undefined;
    if (file.size > this.wanted.fileBytes) {
      this.broken.set(n, 'too_large'); // not even read
      return undefined;
    }
    try {
      return await this.deidentifier.judge(n, await file.open(), answers);
    } catch (error) {
      // One file that the disk, the archive or a worker fails on costs only itself.
      this.broken.set(
        n,
        error instanceof Error && error.name === 'ZipRefused' ? error.message : 'cannot_read',
      );
      return undefined;
    }
  }

  private async each(
    numbers: readonly number[],
    work: (n: number) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    let next = 0;
    const lane = async () => {
      for (let n = numbers[next++]; n !== undefined; n = numbers[next++]) {
        signal.throwIfAborted();
        await work(n);
      }
    };
    await Promise.all(Array.from({ length: Math.min(UNDER_WAY, numbers.length) }, lane));
    signal.throwIfAborted();
  }

  review(): Review {
    const groups = grouped({
      base: this.base,
      now: this.now,
      busy: this.busy,
      corrections: this.history.now,
      ...this.wanted,
    });
    return {
      ...groups,
      kept: this.kept(groups),
      treated: treatment(groups.sending.flatMap((n) => this.now[n] ?? [])),
      busy: this.busy.size,
      canUndo: this.history.canUndo,
      canRedo: this.history.canRedo,
    };
  }

  /** Everything that does not go, but for what still waits for a decision. */
  private kept(groups: Grouping): Kept[] {
    const own = this.files.flatMap(({ path, size }, n) => {
      const judged = this.base[n];
      if (judged && judged.verdict !== 'kept_back' && judged.description) return [];
      return [{ path, size, code: judged?.code || this.broken.get(n) || 'cannot_read' }];
    });
    const because = (numbers: readonly number[], code: string) =>
      numbers.flatMap((n) => {
        const file = this.files[n];
        return file ? [{ path: file.path, size: file.size, code }] : [];
      });
    return [
      ...this.problems,
      ...own,
      ...because(groups.unwanted, 'not_in_protocol'),
      ...because(groups.leftOut, 'left_out'),
      ...because(groups.replaced, 'attenuation_corrected'),
    ];
  }

  /** The manifest of what goes, and the reports its lines name. */
  manifest(): { lines: Line[]; reports: Map<string, Judged['report']> } {
    const reports = new Map<string, Judged['report']>();
    const lines = this.review().sending.flatMap((n) => {
      const judged = this.now[n];
      if (!judged) return [];
      reports.set(judged.reportDigest, judged.report);
      return [{ n, size: judged.size, sha256: judged.sha256, report: judged.reportDigest }];
    });
    return { lines, reports };
  }

  /** The file as it leaves, de-identified again: nothing big is kept in between. */
  async sealed(n: number): Promise<ArrayBuffer> {
    const file = this.files[n];
    const said = this.base[n];
    if (!file || !said) throw new Error(`There is no file ${n}.`);
    return this.deidentifier.sealed(n, await file.open(), this.answers(said));
  }

  async frames(n: number) {
    const file = this.files[n];
    if (!file) throw new Error(`There is no file ${n}.`);
    return this.deidentifier.frames(n, await file.open());
  }

  close(): void {
    this.deidentifier.close();
  }
}
