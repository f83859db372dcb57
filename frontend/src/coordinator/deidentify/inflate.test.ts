import { describe, expect, it } from 'vitest';
import { inflate } from './inflate';

async function deflated(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const noise = Uint8Array.from({ length: 70_000 }, (_, n) => (n * n * 2654435761) >>> 13);
const words = new TextEncoder().encode('short axis, stress; '.repeat(4000));

describe('raw deflate', () => {
  it.each([
    ['words', words],
    ['noise', noise],
    ['a short text by the fixed code', new TextEncoder().encode('aab')],
    ['nothing', new Uint8Array(0)],
  ])('gives back %s, and says how much it read', async (_, original) => {
    const input = await deflated(original);
    const { data, used } = inflate(Uint8Array.from([...input, 0]), 1 << 20);
    expect(data).toEqual(original);
    expect(used).toBe(input.length);
  });

  it('copies stored blocks', () => {
    const stored = Uint8Array.from([1, 3, 0, 252, 255, 7, 8, 9]);
    expect(inflate(stored, 10)).toEqual({ data: Uint8Array.from([7, 8, 9]), used: 8 });
    expect(() => inflate(Uint8Array.from([1, 3, 0, 252, 254, 7, 8, 9]), 10)).toThrow('truncated');
  });

  it('stops at the limit', async () => {
    const bomb = await deflated(new Uint8Array(1 << 22));
    expect(() => inflate(bomb, 1 << 20)).toThrow('bomb');
    expect(inflate(bomb, 1 << 22).data.length).toBe(1 << 22);
  });

  it('tells a cut stream, wherever it is cut', async () => {
    const input = await deflated(noise);
    for (const end of [0, 1, 10, 1000, input.length - 1])
      expect(() => inflate(input.subarray(0, end), 1 << 20)).toThrow('truncated');
  });

  it('ends on any bytes', () => {
    for (let seed = 1; seed < 300; seed += 1) {
      const bytes = Uint8Array.from({ length: 200 }, (_, n) => Math.imul(n + seed, 2654435761 + seed) >>> 11);
      try {
        expect(inflate(bytes, 1 << 16).data.length).toBeLessThanOrEqual(1 << 16);
      } catch (error) {
        expect(['truncated', 'bomb']).toContain((error as { code: string }).code);
      }
    }
  });
});
