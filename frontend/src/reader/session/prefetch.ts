/**
 * The pictures of the next reads, fetched while the current one is read. They live in this page's memory only: they are gone when
 * the page is left, and asking for them ahead never counts as having looked at them.
 */
import { type Asking, fetchAhead, fetchWorklist, type Read, type Worklist } from '../api';
import { fetchPictures, type Pictures, type Shows, samePictures } from './pictures';

const READS_AHEAD = 2;

/** Where it all comes from; the tests have another one. */
export interface Source {
  worklist(asking: Asking): Promise<Worklist>;
  read(token: string, asking: Asking): Promise<Read>;
  pictures(read: Read, asking: Asking): Promise<Pictures>;
}

const SERVER: Source = { worklist: fetchWorklist, read: fetchAhead, pictures: fetchPictures };

export class Ahead {
  private readonly held = new Map<string, { read: Shows; pictures: Pictures }>();
  private stop = new AbortController();

  constructor(private readonly source: Source = SERVER) {}

  /** The first picture of a read is there: fetch what comes after it, one read after the other. */
  async follow(token: string): Promise<void> {
    this.stop.abort();
    this.stop = new AbortController();
    // Nothing here may take the reader away from the read that is open.
    const asking = { signal: this.stop.signal, stay: true };
    try {
      const { studies } = await this.source.worklist(asking);
      const tokens = studies.find(({ next }) => next === token)?.upcoming.slice(0, READS_AHEAD) ?? [];
      for (const known of [...this.held.keys()]) if (!tokens.includes(known)) this.held.delete(known);
      for (const upcoming of tokens) {
        if (this.held.has(upcoming)) continue;
        const read = await this.source.read(upcoming, asking);
        if (read.state !== 'ahead') continue;
        const pictures = await this.source.pictures(read, asking);
        if (!asking.signal.aborted) this.held.set(upcoming, { read, pictures });
      }
    } catch {
      // Without them the next read is fetched when it is opened.
    }
  }

  /** The pictures of a read that is opened now, where they were fetched and are still those of the read. */
  take(read: Shows): Pictures | null {
    this.stop.abort();
    const held = this.held.get(read.token);
    this.held.delete(read.token);
    return held && samePictures(held.read, read) ? held.pictures : null;
  }

  /** The reading page is left. */
  drop(): void {
    this.stop.abort();
    this.held.clear();
  }
}
