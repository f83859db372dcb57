/** One tab of a browser writes a read; others only show it. */
export interface Hold {
  /** Settles when another tab takes the read over, or when it is released. */
  lost: Promise<void>;
  /** Whether that has happened. */
  readonly gone: boolean;
  release(): void;
}

/** A page that is being left lets go a moment after the next one asks. */
const LETS_GO_MS = 250;

/** Null when another tab holds the read and `take` is false. Browsers without locks let every tab write. */
export async function holdRead(token: string, take: boolean): Promise<Hold | null> {
  if (!navigator.locks) return { lost: new Promise(() => undefined), gone: false, release: () => undefined };
  if (take) return asked(token, { steal: true });
  const signal = AbortSignal.timeout(LETS_GO_MS);
  return asked(token, { signal }).catch((problem: unknown) => {
    if (signal.aborted) return null;
    throw problem;
  });
}

/** Once no other tab has the read any more. Rejects where that is not waited for any longer. */
export async function heldAgain(token: string, signal: AbortSignal): Promise<Hold> {
  const hold = await asked(token, { signal });
  if (!hold) throw new DOMException('A lock that is waited for is given.', 'InvalidStateError');
  return hold;
}

async function asked(token: string, how: LockOptions): Promise<Hold | null> {
  return new Promise((resolve, reject) => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const ended = navigator.locks.request(`reading ${token}`, how, (lock) => {
      if (!lock) {
        resolve(null);
        return;
      }
      const hold = { lost: Promise.resolve(), gone: false, release };
      const end = () => {
        hold.gone = true;
      };
      hold.lost = ended.then(end, end);
      resolve(hold);
      return held;
    });
    // Before it was given; afterwards that it ended is `lost`.
    ended.catch(reject);
  });
}
