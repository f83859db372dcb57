/** Keeps what a reader did on this computer until the read is signed. Holds only the read's opaque token and the reader's acts. */
import type { Entry } from './events';

export interface LedgerStore {
  /** False when the browser keeps nothing: the page then must not be closed before everything is sent. */
  readonly durable: boolean;
  /** All entries of a read, oldest first. */
  load(token: string): Promise<Entry[]>;
  /** Add entries, or replace those of the same token and number. */
  write(entries: readonly Entry[]): Promise<void>;
  /** Keep these of a read instead of what was kept of it, all at once or not at all; `aside`: instead of what lay aside, too. */
  replace(token: string, entries: readonly Entry[], aside?: readonly Entry[]): Promise<void>;
  /** What has no place in a read any more, until its reader has been told; numbered below 0. */
  aside(token: string): Promise<Entry[]>;
  forgetAside(token: string): Promise<void>;
  /** Forget a read, and what lies aside. */
  clear(token: string): Promise<void>;
}

export const STORE = 'entries';

/** Each reader has a ledger of their own: the next person at this computer sees nothing of it. */
export function database(reader: string): Promise<IDBDatabase> {
  const request = indexedDB.open(`reading ledger ${reader}`, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['token', 'seq'] });
  return answer(request);
}

function answer<V>(request: IDBRequest<V>): Promise<V> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Do something to the entries; settles when the browser has written it to the disk. */
function change(db: IDBDatabase, work: (entries: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    work(transaction.objectStore(STORE));
    // A page that is going away hears of nothing any more: what it has asked for is written all the same.
    transaction.commit();
  });
}

export function all(db: IDBDatabase, range?: IDBKeyRange): Promise<Entry[]> {
  return answer(db.transaction(STORE).objectStore(STORE).getAll(range));
}

const MOST = Number.MAX_SAFE_INTEGER;

function ofToken(token: string, from = 0, to = MOST): IDBKeyRange {
  return IDBKeyRange.bound([token, from], [token, to]);
}

/** The browser's database; where it refuses (private window, full disk), memory. */
export async function openLedger(reader: string): Promise<LedgerStore> {
  try {
    return ledgerIn(await database(reader));
  } catch {
    return memoryLedger();
  }
}

let asked = false;

/** What waits must not make room when the disk fills up: the browser is asked once, and its answer changes nothing here. */
export function askToStay(): void {
  if (asked) return;
  asked = true;
  void navigator.storage?.persist?.().catch(() => undefined);
}

function ledgerIn(db: IDBDatabase): LedgerStore {
  const put = (store: IDBObjectStore, entries: readonly Entry[]) => {
    for (const entry of entries) store.put(entry);
  };
  return {
    durable: true,
    load: (token) => all(db, ofToken(token)),
    write: (entries) => change(db, (store) => put(store, entries)),
    replace: (token, entries, aside) =>
      change(db, (store) => {
        store.delete(ofToken(token, aside ? -MOST : 0));
        put(store, [...entries, ...(aside ?? [])]);
      }),
    aside: (token) => all(db, ofToken(token, -MOST, -1)),
    forgetAside: (token) => change(db, (store) => store.delete(ofToken(token, -MOST, -1))),
    clear: (token) => change(db, (store) => store.delete(ofToken(token, -MOST))),
  };
}

export function memoryLedger(): LedgerStore {
  const entries = new Map<string, Entry>();
  const of = (token: string, isAside: boolean) =>
    [...entries.values()]
      .filter((entry) => entry.token === token && entry.seq < 0 === isAside)
      .sort((a, b) => a.seq - b.seq);
  const drop = (dropped: readonly Entry[]) => {
    for (const { token, seq } of dropped) entries.delete(`${token} ${seq}`);
  };
  const store: LedgerStore = {
    durable: false,
    load: async (token) => of(token, false),
    async write(added) {
      for (const entry of added) entries.set(`${entry.token} ${entry.seq}`, entry);
    },
    async replace(token, replacing, aside) {
      drop([...of(token, false), ...(aside ? of(token, true) : [])]);
      await store.write([...replacing, ...(aside ?? [])]);
    },
    aside: async (token) => of(token, true),
    forgetAside: async (token) => drop(of(token, true)),
    clear: async (token) => drop([...of(token, false), ...of(token, true)]),
  };
  return store;
}
