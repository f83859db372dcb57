/** One tab of a browser writes a read; others only show it. */
export interface Hold {
  /** Settles when another tab takes the read over. */
  lost: Promise<void>;
  release(): void;
}

/** Null when another tab holds the read and `take` is false. Browsers without locks let every tab write. */
export async function holdRead(token: string, take = false): Promise<Hold | null> {
  if (!navigator.locks) return { lost: new Promise(() => undefined), release: () => undefined };
  return new Promise((resolve) => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const options = take ? { steal: true } : { ifAvailable: true };
    const ended = navigator.locks.request(`reading ${token}`, options, (lock) => {
      if (!lock) {
        resolve(null);
        return;
      }
      resolve({
        lost: ended.then(
          () => undefined,
          () => undefined,
        ),
        release,
      });
      return held;
    });
  });
}
