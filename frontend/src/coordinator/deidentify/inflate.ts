/**
 * Raw DEFLATE (RFC 1951) with a bound on what comes out.
 *
 * The browser's own stream refuses a padding byte behind the data, which DICOM writes to make lengths even, and
 * does not say where the data ended; both are needed here.
 */

/** The data cannot be inflated; `code` is the gate's. */
export class Uninflatable extends Error {
  constructor(readonly code: 'truncated' | 'bomb') {
    super(code);
  }
}

const LENGTHS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST = 15;

interface Huffman {
  /** How many codes there are of each length, and their symbols in canonical order. */
  counts: Uint16Array;
  symbols: Uint16Array;
}

/** What was inflated, and how many bytes of the input it took. Throws `Uninflatable`. */
export function inflate(input: Uint8Array, limit: number): { data: Uint8Array<ArrayBuffer>; used: number } {
  const inflater = new Inflater(input, limit);
  inflater.run();
  return { data: inflater.out.slice(0, inflater.length), used: inflater.at };
}

class Inflater {
  out: Uint8Array<ArrayBuffer>;
  length = 0;
  at = 0;
  private bits = 0;
  private held = 0;

  constructor(
    private readonly input: Uint8Array,
    private readonly limit: number,
  ) {
    this.out = new Uint8Array(Math.min(limit, Math.max(1024, 4 * input.length)));
  }

  run(): void {
    for (let last = false; !last; ) {
      last = this.take(1) === 1;
      const kind = this.take(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.block(FIXED.literals, FIXED.distances);
      else if (kind === 2) this.dynamic();
      else throw new Uninflatable('truncated');
    }
  }

  private take(count: number): number {
    while (this.held < count) {
      const byte = this.input[this.at];
      if (byte === undefined) throw new Uninflatable('truncated');
      this.at += 1;
      this.bits |= byte << this.held;
      this.held += 8;
    }
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.held -= count;
    return value;
  }

  private symbol({ counts, symbols }: Huffman): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST; length += 1) {
      code |= this.take(1);
      const count = counts[length] ?? 0;
      if (code - count < first) return symbols[index + (code - first)] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Uninflatable('truncated');
  }

  private room(more: number): void {
    const needed = this.length + more;
    if (needed > this.limit) throw new Uninflatable('bomb');
    if (needed <= this.out.length) return;
    const grown = new Uint8Array(Math.min(this.limit, Math.max(needed, 2 * this.out.length)));
    grown.set(this.out.subarray(0, this.length));
    this.out = grown;
  }

  private stored(): void {
    this.bits = 0;
    this.held = 0;
    const [a, b, c, d] = this.input.subarray(this.at, this.at + 4);
    if (a === undefined || b === undefined || c === undefined || d === undefined)
      throw new Uninflatable('truncated');
    const length = a | (b << 8);
    this.at += 4;
    if (length !== (~(c | (d << 8)) & 0xffff) || this.at + length > this.input.length)
      throw new Uninflatable('truncated');
    this.room(length);
    this.out.set(this.input.subarray(this.at, this.at + length), this.length);
    this.length += length;
    this.at += length;
  }

  private dynamic(): void {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const codes = this.take(4) + 4;
    const lengths = new Uint8Array(19);
    for (const place of ORDER.slice(0, codes)) lengths[place] = this.take(3);
    const code = huffman(lengths);
    const all = new Uint8Array(literals + distances);
    for (let at = 0; at < all.length; ) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        all[at] = symbol;
        at += 1;
        continue;
      }
      if (symbol === 16 && at === 0) throw new Uninflatable('truncated');
      const value = symbol === 16 ? (all[at - 1] ?? 0) : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (at + times > all.length) throw new Uninflatable('truncated');
      all.fill(value, at, at + times);
      at += times;
    }
    this.block(huffman(all.subarray(0, literals)), huffman(all.subarray(literals)));
  }

  private block(literals: Huffman, distances: Huffman): void {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.room(1);
        this.out[this.length] = symbol;
        this.length += 1;
        continue;
      }
      const length = (LENGTHS[symbol - 257] ?? 0) + this.take(LENGTH_BITS[symbol - 257] ?? 0);
      const far = this.symbol(distances);
      const distance = (DISTANCES[far] ?? 0) + this.take(DISTANCE_BITS[far] ?? 0);
      if (symbol > 285 || far > 29 || distance > this.length) throw new Uninflatable('truncated');
      this.room(length);
      for (let end = this.length + length; this.length < end; this.length += 1)
        this.out[this.length] = this.out[this.length - distance] ?? 0; // one by one: the ranges overlap
    }
  }
}

function huffman(lengths: Uint8Array): Huffman {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const offsets = new Uint16Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length += 1)
    offsets[length + 1] = (offsets[length] ?? 0) + (counts[length] ?? 0);
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    symbols[offsets[length] ?? 0] = symbol;
    offsets[length] = (offsets[length] ?? 0) + 1;
  });
  return { counts, symbols };
}

const FIXED = {
  literals: huffman(
    Uint8Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8)),
  ),
  distances: huffman(new Uint8Array(30).fill(5)),
};
