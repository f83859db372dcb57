import { describe, expect, it } from 'vitest';
import { createDeidentifier, type Thread } from './pool';
import type { Answer, Key, Task } from './protocol';
import { NotSealed } from './types';

/** A thread that answers as it is told, a moment later; it keeps count of what it was given. */
class Scripted implements Thread {
  onmessage: Thread['onmessage'] = null;
  onerror: Thread['onerror'] = null;
  readonly given: (Key | Task)[] = [];
  ended = false;

  constructor(private readonly act: (task: Task, thread: Scripted) => Answer | null) {}

  postMessage(message: unknown): void {
    this.given.push(message as Key | Task);
    if ('key' in (message as Key | Task)) return;
    setTimeout(() => {
      const answer = this.act(message as Task, this);
      if (answer && !this.ended) this.onmessage?.({ data: answer });
    });
  }

  terminate(): void {
    this.ended = true;
  }
}

const KEY = new Uint8Array(32);
const file = new Blob(['x']);
const refused = ({ id }: Task): Answer => ({ id, code: 'truncated' });

function pool(act: (task: Task, thread: Scripted) => Answer | null) {
  const threads: Scripted[] = [];
  const deidentifier = createDeidentifier(KEY, true, 2, () => {
    const thread = new Scripted(act);
    threads.push(thread);
    return thread;
  });
  return { deidentifier, threads };
}

describe('the pool', () => {
  it('gives each of two workers one file at a time, after the key', async () => {
    const { deidentifier, threads } = pool(refused);
    const judged = await Promise.all(Array.from({ length: 7 }, (_, n) => deidentifier.judge(n, file)));
    expect(judged.map(({ n, verdict, code }) => [n, verdict, code])).toEqual(
      Array.from({ length: 7 }, (_, n) => [n, 'kept_back', 'truncated']),
    );
    expect(threads).toHaveLength(2);
    for (const { given } of threads) expect(given[0]).toEqual({ key: KEY, states: true });
    expect(threads.reduce((sum, { given }) => sum + given.length - 1, 0)).toBe(7);
  });

  it('makes a file to be sent before it judges more', async () => {
    const order: string[] = [];
    const { deidentifier } = pool((task) => {
      order.push(task.what);
      return refused(task);
    });
    const judging = Array.from({ length: 4 }, (_, n) => deidentifier.judge(n, file));
    await expect(deidentifier.sealed(9, file)).rejects.toThrow(NotSealed);
    await Promise.all(judging);
    expect(order).toEqual(['judge', 'judge', 'sealed', 'judge', 'judge']);
  });

  it('replaces a worker that breaks; only its file is lost', async () => {
    const { deidentifier, threads } = pool((task, thread) => {
      if (task.n !== 1) return refused(task);
      thread.onerror?.({ message: 'out of memory' });
      return null;
    });
    const judged = await Promise.all([0, 1, 2, 3].map((n) => deidentifier.judge(n, file)));
    expect(judged.map(({ code }) => code)).toEqual(['truncated', 'unreadable', 'truncated', 'truncated']);
    expect(threads.filter(({ ended }) => ended)).toHaveLength(1);
    expect(threads).toHaveLength(3);
  });

  it('says when there is no worker at all', async () => {
    const { deidentifier } = pool((_, thread) => {
      thread.onerror?.(new Event('error'));
      return null;
    });
    expect(await deidentifier.judge(0, file)).toMatchObject({ verdict: 'kept_back', code: 'no_worker' });
  });

  it('stops everything when it is closed', async () => {
    const { deidentifier, threads } = pool(() => null);
    const waiting = [0, 1, 2].map((n) => deidentifier.judge(n, file));
    deidentifier.close();
    const results = await Promise.allSettled(waiting);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(threads.every(({ ended }) => ended)).toBe(true);
    await expect(deidentifier.judge(4, file)).rejects.toThrow('closed');
  });
});
