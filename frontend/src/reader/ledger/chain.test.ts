import { describe, expect, it } from 'vitest';
import { chained, chainStart, hashAt, linkText } from './chain';
import vectors from './chain.vectors.json';
import type { Entry, ReadEvent } from './events';

const { token } = vectors;
const links = vectors.links as unknown as { event: ReadEvent; hash: string }[];
const entries = links.map(({ event }): Entry => {
  return { token, step: 1, seq: event.seq, event, sent: true, act: event.id, how: 'act', before: null };
});
const hashOf = (seq: number) => links[seq - 1]?.hash;

describe('the chain', () => {
  it('has the hashes of the server', async () => {
    let hash = await chainStart(token);
    expect(hash).toBe(vectors.first);
    for (const link of links) {
      hash = await chained(hash, link.event);
      expect(hash).toBe(link.hash);
    }
  });

  it('covers every part of an act', () => {
    const [{ event }] = links as [(typeof links)[number]];
    const texts = [
      event,
      { ...event, id: 'another' },
      { ...event, seq: 2 },
      { ...event, value: 4 },
      { ...event, segment: 5 },
      { ...event, elapsed_ms: event.elapsed_ms + 1 },
      { ...event, at: '2026-11-21T00:00:00.000Z' },
    ].map((other) => linkText('', other as ReadEvent));
    expect(new Set([...texts, linkText('0', event)]).size).toBe(8);
  });

  it('is known at every act of what is kept from the beginning', async () => {
    expect(await hashAt(token, entries, 0)).toBe(vectors.first);
    for (const { event, hash } of links) expect(await hashAt(token, entries, event.seq)).toBe(hash);
  });

  it('goes on from an act whose hash is kept, and is not guessed without one', async () => {
    const late = entries.slice(4);
    expect(await hashAt(token, late, 8)).toBeNull();
    const known = late.map((entry) => (entry.seq === 6 ? { ...entry, hash: hashOf(6) as string } : entry));
    expect(await hashAt(token, known, 6)).toBe(hashOf(6));
    expect(await hashAt(token, known, 9)).toBe(hashOf(9));
    expect(await hashAt(token, known, 5)).toBeNull();
    expect(await hashAt(token, known, 99)).toBeNull();
    const gap = known.filter(({ seq }) => seq !== 7);
    expect(await hashAt(token, gap, 9)).toBeNull();
  });
});
