/**
 * Each act of a read carries on the hash of the one before, from the read's token on. Browser and server compute the same chain,
 * so that both know they hold the same acts in the same order.
 */
import { canonical, sha256 } from './content';
import type { Entry, ReadEvent } from './events';

/** The hash before the first act. */
export function chainStart(token: string): Promise<string> {
  return sha256(token);
}

export function chained(after: string, event: ReadEvent): Promise<string> {
  return sha256(linkText(after, event));
}

/** What is hashed: what an act does not have is there as nothing. */
export function linkText(after: string, event: ReadEvent): string {
  const { id, seq, kind, value, elapsed_ms, at } = event;
  const place =
    event.kind === 'score'
      ? { state: event.state, segment: event.segment, name: '' }
      : { state: '', segment: null, name: event.name };
  return canonical({ after, id, seq, kind, ...place, value, elapsed_ms, at });
}

/**
 * The hash after act number `seq`, from what is kept of the read (oldest first). Null where too little is kept: acts of another
 * computer lie between, and only the server can say.
 */
export async function hashAt(token: string, entries: readonly Entry[], seq: number): Promise<string | null> {
  if (seq === 0) return chainStart(token);
  const last = entries.findIndex((entry) => entry.seq === seq);
  let first = last;
  while (first >= 0 && !entries[first]?.hash && entries[first - 1]?.seq === (entries[first]?.seq ?? 0) - 1) {
    first--;
  }
  const base = entries[first];
  if (!base) return null;
  if (!base.hash && base.seq !== 1) return null;
  let hash = base.hash ?? (await chained(await chainStart(token), base.event));
  for (const { event } of entries.slice(first + 1, last + 1)) hash = await chained(hash, event);
  return hash;
}
