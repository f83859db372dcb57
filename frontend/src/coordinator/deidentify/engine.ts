/** What a worker does with one file. */
import type { PixelValues } from './protocol';
import { type Answers, type Judged, NotSealed } from './types';

export interface Engine {
  judge(n: number, data: Uint8Array, answers?: Answers): Promise<Judged>;
  sealed(data: Uint8Array, answers?: Answers): Promise<ArrayBuffer>;
  frames(data: Uint8Array): PixelValues;
}

export async function openEngine(_key: Uint8Array): Promise<Engine> {
  const refuse = () => {
    throw new NotSealed('unreadable');
  };
  return { judge: refuse, sealed: refuse, frames: refuse };
}
