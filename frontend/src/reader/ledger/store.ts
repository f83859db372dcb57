/** Keeps what a reader did on this computer until the read is signed. Holds only the read's opaque token and the reader's acts. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Entry } from './events';

export interface LedgerStore {
  /** False when the browser keeps nothing: the page then must not be closed before everything is sent. */
  readonly durable: boolean;
  /** All entries of a read, oldest first. */
  load(token: string): Promise<Entry[]>;
  /** Add entries, or replace those of the same token and number. */
  write(entries: readonly Entry[]): Promise<void>;
  /** Forget a read. */
  clear(token: string): Promise<void>;
}

interface Schema extends DBSchema {
  entries: { key: [string, number]; value: Entry };
}

/** Each reader has a ledger of their own: the next person at this computer sees nothing of it. */
function database(reader: string): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(`reading ledger ${reader}`, 1, {
    upgrade(db) {
      db.createObjectStore('entries', { keyPath: ['token', 'seq'] });
    },
  });
}

function ofToken(token: string): IDBKeyRange {
  return IDBKeyRange.bound([token, 0], [token, Number.MAX_SAFE_INTEGER]);
}

/** The browser's database; where it refuses (private window, full disk), memory. */
export async function openLedger(reader: string): Promise<LedgerStore> {
  try {
    return ledgerIn(await database(reader));
  } catch {
    return memoryLedger();
  }
}

function ledgerIn(db: IDBPDatabase<Schema>): LedgerStore {
  return {
    durable: true,
    load: (token) => db.getAll('entries', ofToken(token)),
    async write(entries) {
      const transaction = db.transaction('entries', 'readwrite', { durability: 'strict' });
      await Promise.all([...entries.map((entry) => transaction.store.put(entry)), transaction.done]);
    },
    clear: (token) => db.delete('entries', ofToken(token)),
  };
}

export function memoryLedger(): LedgerStore {
  const entries = new Map<string, Entry>();
  return {
    durable: false,
    load: async (token) =>
      [...entries.values()].filter((entry) => entry.token === token).sort((a, b) => a.seq - b.seq),
    async write(added) {
      for (const entry of added) entries.set(`${entry.token} ${entry.seq}`, entry);
    },
    async clear(token) {
      for (const [key, entry] of entries) if (entry.token === token) entries.delete(key);
    },
  };
}

/** How many acts wait on this computer, for each read that has some. */
export async function waitingReads(reader: string): Promise<Map<string, number>> {
  const waiting = new Map<string, number>();
  try {
    const db = await database(reader);
    for (const { token, sent } of await db.getAll('entries')) {
      if (!sent) waiting.set(token, (waiting.get(token) ?? 0) + 1);
    }
    db.close();
  } catch {
    // A browser without storage has nothing waiting.
  }
  return waiting;
}

/** At sign-out: nothing of a reader's work stays on this computer. */
export async function forgetEverything(reader: string): Promise<void> {
  try {
    const db = await database(reader);
    await db.clear('entries');
    db.close();
  } catch {
    // Nothing was kept.
  }
}
