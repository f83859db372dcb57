/** A worker's side of `protocol`: one file after the other, and nothing of it is kept. */
import { type Engine, openEngine } from './engine';
import type { Answer, Key, Task } from './protocol';
import { NotSealed } from './types';

/** Bytes; the largest image that the rules take has half of it. */
const LARGEST = 1 << 29;

/** @param post sends an answer to the pool; what is named in the second argument is handed over, not copied. */
export function serve(post: (answer: Answer, handed: ArrayBuffer[]) => void): (message: Key | Task) => void {
  let engine: Promise<Engine> | null = null;
  const reported = new Set<string>();

  const answered = async ({ id, what, n, file, answers }: Task): Promise<[Answer, ArrayBuffer[]]> => {
    if (!engine) throw new Error('The key comes first.');
    const { judge, sealed, frames } = await engine;
    if (file.size > LARGEST) throw new NotSealed('too_large');
    const data = new Uint8Array(await file.arrayBuffer());
    if (what === 'sealed') {
      const bytes = await sealed(data, answers);
      return [{ id, sealed: bytes }, [bytes]];
    }
    if (what === 'frames') {
      const shown = frames(data);
      return [{ id, frames: shown }, [shown.values.buffer as ArrayBuffer]];
    }
    const { report, examples, ...judged } = await judge(n, data, answers);
    const known = reported.has(judged.reportDigest);
    reported.add(judged.reportDigest);
    return [
      { id, judged: { ...judged, report: known ? null : report, examples: known ? [] : examples } },
      [],
    ];
  };

  return (message) => {
    if ('key' in message) {
      engine = openEngine(message.key, message.states);
      return;
    }
    answered(message)
      .catch((error: unknown): [Answer, ArrayBuffer[]] => [
        { id: message.id, code: error instanceof NotSealed ? error.code : 'unreadable' },
        [],
      ])
      .then(([answer, handed]) => post(answer, handed));
  };
}
