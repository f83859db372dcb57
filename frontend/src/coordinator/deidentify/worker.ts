import type { Key, Task } from './protocol';
import { serve } from './serve';

const take = serve((answer, handed) => globalThis.postMessage(answer, { transfer: handed }));
globalThis.addEventListener('message', ({ data }: MessageEvent<Key | Task>) => take(data));
