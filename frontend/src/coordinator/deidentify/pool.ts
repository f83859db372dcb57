import type { Answer, JudgedOnce, PixelValues, Task } from './protocol';
import { type Answers, type Deidentifier, type Entry, type Frames, type Judged, NotSealed } from './types';

/** A worker, or in tests what stands for the thread of one. */
export interface Thread {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: Answer }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  terminate(): void;
}

/** No image takes this long; what does is kept back, and its worker is replaced. */
const LONGEST_MS = 60_000;

interface Waiting {
  task: Task;
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

interface Lane {
  thread: Thread;
  waiting: Waiting | null;
  alarm: ReturnType<typeof setTimeout> | undefined;
}

/**
 * De-identifies in workers of the browser; `key` is the site's, 32 bytes; `states`: whether the study reads stress and
 * rest. Each worker has one file at a time.
 */
export function createDeidentifier(
  key: Uint8Array,
  states: boolean,
  workers = 2,
  spawn: () => Thread = () =>
    new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }) as Thread,
): Deidentifier {
  return new Pool(key, states, workers, spawn);
}

class Pool implements Deidentifier {
  private readonly lanes: Lane[] = [];
  private readonly queue: Waiting[] = [];
  private readonly reports = new Map<string, readonly Entry[]>();
  private next = 0;
  private closed = false;

  constructor(
    private readonly key: Uint8Array,
    private readonly states: boolean,
    private readonly workers: number,
    private readonly spawn: () => Thread,
  ) {}

  async judge(n: number, file: Blob, answers?: Answers): Promise<Judged> {
    const answer = await this.ask('judge', n, file, answers);
    if ('judged' in answer) return this.withReport(answer.judged);
    return keptBack(n, 'code' in answer ? answer.code : 'unreadable');
  }

  async sealed(n: number, file: Blob, answers?: Answers): Promise<ArrayBuffer> {
    const answer = await this.ask('sealed', n, file, answers);
    if ('sealed' in answer) return answer.sealed;
    throw new NotSealed('code' in answer ? answer.code : 'unreadable');
  }

  async frames(n: number, file: Blob): Promise<Frames> {
    const answer = await this.ask('frames', n, file);
    if ('frames' in answer) return framesOf(answer.frames);
    throw new NotSealed('code' in answer ? answer.code : 'unreadable');
  }

  close(): void {
    this.closed = true;
    const aborted = new DOMException('The de-identification was stopped.', 'AbortError');
    for (const { reject } of this.queue.splice(0)) reject(aborted);
    for (const lane of this.lanes.splice(0)) {
      clearTimeout(lane.alarm);
      lane.thread.terminate();
      lane.waiting?.reject(aborted);
    }
  }

  private withReport(judged: JudgedOnce): Judged {
    const { report } = judged;
    if (report && !this.reports.has(judged.reportDigest)) this.reports.set(judged.reportDigest, report);
    return { ...judged, report: this.reports.get(judged.reportDigest) ?? [] };
  }

  private ask(what: Task['what'], n: number, file: Blob, answers?: Answers): Promise<Answer> {
    if (this.closed) return Promise.reject(new DOMException('The workers are closed.', 'AbortError'));
    this.next += 1;
    const task: Task = { id: this.next, what, n, file, answers };
    return new Promise((resolve, reject) => {
      const waiting = { task, resolve, reject };
      // What is about to be sent, or looked at, goes before what is still to be judged.
      const place =
        what === 'judge' ? this.queue.length : this.queue.findIndex(({ task: t }) => t.what === 'judge');
      this.queue.splice(place < 0 ? this.queue.length : place, 0, waiting);
      this.proceed();
    });
  }

  private proceed(): void {
    while (this.queue.length > 0) {
      const lane = this.lanes.find(({ waiting }) => waiting === null) ?? this.openLane();
      const waiting = lane && this.queue.shift();
      if (!waiting) return;
      lane.waiting = waiting;
      lane.alarm = setTimeout(() => this.replace(lane, 'too_costly'), LONGEST_MS);
      lane.thread.postMessage(waiting.task);
    }
  }

  private openLane(): Lane | null {
    if (this.lanes.length >= this.workers) return null;
    const lane: Lane = { thread: this.spawn(), waiting: null, alarm: undefined };
    lane.thread.onmessage = ({ data }) => this.finish(lane, data);
    // A script that cannot be loaded has no message; one that breaks has.
    lane.thread.onerror = (event) => this.replace(lane, isBreak(event) ? 'unreadable' : 'no_worker');
    lane.thread.postMessage({ key: this.key, states: this.states });
    this.lanes.push(lane);
    return lane;
  }

  private finish(lane: Lane, answer: Answer): void {
    const { waiting } = lane;
    if (waiting?.task.id !== answer.id) return;
    clearTimeout(lane.alarm);
    lane.waiting = null;
    waiting.resolve(answer);
    this.proceed();
  }

  /** A worker that broke or does not end costs the file that it had, no other. */
  private replace(lane: Lane, code: string): void {
    clearTimeout(lane.alarm);
    lane.thread.terminate();
    this.lanes.splice(this.lanes.indexOf(lane), 1);
    const { waiting } = lane;
    waiting?.resolve({ id: waiting.task.id, code });
    this.proceed();
  }
}

function isBreak(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'message' in event;
}

function keptBack(n: number, code: string): Judged {
  return {
    n,
    verdict: 'kept_back',
    code,
    size: 0,
    sha256: '',
    subject: '',
    studyUid: '',
    seriesUid: '',
    sopUid: '',
    slices: 0,
    description: null,
    patient: { id: '', name: '', date: '' },
    reportDigest: '',
    report: [],
    examples: [],
  };
}

function framesOf({ values, ...rest }: PixelValues): Frames {
  const area = rest.rows * rest.columns;
  return { ...rest, frame: async (n) => values.subarray(n * area, (n + 1) * area) };
}
