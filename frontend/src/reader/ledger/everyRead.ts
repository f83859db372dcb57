/** What of all reads of a reader lies on this computer: for the list of reads, and for signing out. */
import type { Entry } from './events';
import { all, database, STORE } from './store';

/** How many scores and answers wait on this computer, for each read that has some. */
export async function waitingReads(reader: string): Promise<Map<string, number>> {
  const waiting = new Map<string, number>();
  try {
    const db = await database(reader);
    for (const { token, sent, event } of await all(db)) {
      if (!sent && event.kind !== 'view') waiting.set(token, (waiting.get(token) ?? 0) + 1);
    }
    db.close();
  } catch {
    // A browser without storage has nothing waiting.
  }
  return waiting;
}

/**
 * At sign-out: what the server has leaves this computer, and what it does not have stays for the next sign-in. Looked through
 * and cleared at once: another tab may add to it meanwhile.
 */
export async function forgetSent(reader: string): Promise<void> {
  try {
    const db = await database(reader);
    await new Promise<void>((resolve, reject) => {
      const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      const request = transaction.objectStore(STORE).openCursor();
      request.onsuccess = () => {
        const { result } = request;
        if ((result?.value as Entry | undefined)?.sent) result?.delete();
        result?.continue();
      };
    });
    db.close();
  } catch {
    // Nothing was kept.
  }
}
