/**
 * The gate before everything else: the structure of an untrusted DICOM file, nothing of its meaning.
 *
 * The browser's half of `reader_study/intake/structure.py`: one pass over tags, value representations and lengths
 * (DICOM PS3.5 sections 7 and 10, PS3.10 section 7), without recursion, every count bounded. A file comes back as a
 * tree of raw values, or it is `Malformed` with a code.
 */

import { inflate, Uninflatable } from './inflate';
import { dictionaryVr, LIMITS } from './procedure';
import {
  ALLOCATED,
  COLUMNS,
  FRAMES,
  type Item,
  isPrivate,
  latin,
  Malformed,
  nameOf,
  numberAt,
  PIXEL_DATA,
  ROWS,
  SAMPLES,
  type Structure,
  trimmed,
  viewOf,
} from './tree';

/** How a data set is encoded (PS3.5 Annex A). */
interface Syntax {
  explicit: boolean;
  bigEndian: boolean;
  deflated: boolean;
  encapsulated: boolean;
}

const PLAIN: Syntax = { explicit: true, bigEndian: false, deflated: false, encapsulated: false };
const SYNTAXES: Record<string, Syntax> = {
  '1.2.840.10008.1.2': { ...PLAIN, explicit: false },
  '1.2.840.10008.1.2.1': PLAIN,
  '1.2.840.10008.1.2.1.99': { ...PLAIN, deflated: true },
  '1.2.840.10008.1.2.2': { ...PLAIN, bigEndian: true }, // retired, and still written
};
const ENCAPSULATED: Syntax = { ...PLAIN, encapsulated: true };
for (const end of [
  '1.98',
  '5',
  '4.50',
  '4.51',
  '4.57',
  '4.70',
  '4.80',
  '4.81',
  '4.90',
  '4.91',
  '4.201',
  '4.202',
  '4.203',
])
  SYNTAXES[`1.2.840.10008.1.2.${end}`] = ENCAPSULATED;

const UNDEFINED = 0xffffffff;
const LONG_VRS = 'OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' ');
const SHORT_VRS = 'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' ');
/** VR, and whether its length has 32 bits, by the two characters as a number. */
const VRS = new Map(
  [...LONG_VRS, ...SHORT_VRS].map((vr): [number, { vr: string; long: boolean }] => [
    (vr.charCodeAt(0) << 8) | vr.charCodeAt(1),
    { vr, long: LONG_VRS.includes(vr) },
  ]),
);
const OTHER = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN', 'OB or OW', 'OW or OB']);
const WIDTHS: Record<string, number> = {
  ...{ AT: 2, OW: 2, SS: 2, US: 2, FL: 4, OF: 4, OL: 4, SL: 4, UL: 4 },
  ...{ FD: 8, OD: 8, OV: 8, SV: 8, UV: 8 },
};
const CHECKSUM = 8; // some writers leave the trailer of a zlib or gzip stream behind the data
const [ITEM, ITEM_END, SEQUENCE_END] = [0xfffee000, 0xfffee00d, 0xfffee0dd];
const PREAMBLE = 128;
/** How programs and archives begin: such a preamble makes one file two (CVE-2019-11687). */
const SECOND_NATURES = [
  ...['MZ', '\x7fELF', '#!', 'PK\x03\x04', 'PK\x05\x06', '%PDF'],
  ...['\xca\xfe\xba\xbe', '\xcf\xfa\xed\xfe'],
];
const NOTHING = new Uint8Array(0);

/** The structure of one DICOM Part 10 file; its pixels may be compressed. Throws `Malformed`. */
export function readStructure(file: Uint8Array): Structure {
  if (file.length === 0) throw new Malformed('empty');
  if (latin(file.subarray(PREAMBLE, PREAMBLE + 4)) !== 'DICM') {
    const group = file[1] === 0 && (file[0] === 8 || file[0] === 2);
    throw new Malformed(group ? 'no_part10' : 'not_dicom');
  }
  const start = latin(file.subarray(0, 4));
  if (SECOND_NATURES.some((nature) => start.startsWith(nature))) throw new Malformed('second_nature');
  const { meta, at } = fileMeta(file);
  const transferSyntax = latin(meta.get(0x0010) ?? NOTHING).replace(/[\0 ]+$/, '');
  const syntax = Object.hasOwn(SYNTAXES, transferSyntax) ? SYNTAXES[transferSyntax] : undefined;
  if (!syntax) throw new Malformed('unsupported_syntax');
  const walk = syntax.deflated
    ? new Walk(inflated(file.subarray(at)), 0, syntax)
    : new Walk(file, at, syntax);
  const root = walk.run();
  const matrix = matrixOf(root);
  const pixels = root.get(PIXEL_DATA);
  if (pixels) {
    if (syntax.encapsulated !== walk.fragments.length > 0)
      throw new Malformed('transfer_syntax', 'pixels are not encapsulated as the transfer syntax says');
    if (!syntax.encapsulated && pixels.value.length < matrix.pixelBytes)
      throw new Malformed('truncated', 'pixel data');
  }
  return { transferSyntax, root, ...matrix, head: file.subarray(0, at), meta, fragments: walk.fragments };
}

/** The elements of group 0002, and where the data set starts. */
function fileMeta(file: Uint8Array): { meta: Map<number, Uint8Array>; at: number } {
  const view = viewOf(file);
  const meta = new Map<number, Uint8Array>();
  let last = -1;
  let at = PREAMBLE + 4;
  while (at + 2 <= file.length && view.getUint16(at, true) === 2) {
    if (at + 12 > file.length) throw new Malformed('truncated', 'file meta');
    const element = view.getUint16(at + 2, true);
    const known = VRS.get(view.getUint16(at + 4));
    if (!known) throw new Malformed('bad_length', 'file meta');
    const [length, header] = known.long
      ? [view.getUint32(at + 8, true), 12]
      : [view.getUint16(at + 6, true), 8];
    if (length > LIMITS.meta || at + header + length > file.length)
      throw new Malformed('bad_length', 'file meta');
    if (element <= last) throw new Malformed('bad_order', 'file meta');
    meta.set(element, file.subarray(at + header, at + header + length));
    at += header + length;
    last = element;
  }
  return { meta, at };
}

function inflated(deflated: Uint8Array): Uint8Array {
  const limit = Math.min(LIMITS.inflated, Math.max(1 << 20, LIMITS.ratio * deflated.length));
  try {
    const { data, used } = firstOf(deflated, limit);
    let end = deflated.length;
    while (end > used && deflated[end - 1] === 0) end -= 1;
    if (end - used > CHECKSUM) throw new Malformed('trailing_bytes', 'after the deflated data set');
    return data;
  } catch (error) {
    if (error instanceof Uninflatable) throw new Malformed(error.code, 'deflated data');
    throw error;
  }
}

/** Inflated as the standard says, without a header; some writers put zlib's there all the same (RFC 1950). */
function firstOf(deflated: Uint8Array, limit: number): { data: Uint8Array; used: number } {
  try {
    return inflate(deflated, limit);
  } catch (error) {
    const hasHeader =
      ((deflated[0] ?? 0) & 0x0f) === 8 && (((deflated[0] ?? 0) << 8) | (deflated[1] ?? 0)) % 31 === 0;
    if (!hasHeader || (error instanceof Uninflatable && error.code === 'bomb')) throw error;
    const { data, used } = inflate(deflated.subarray(2), limit);
    return { data, used: used + 2 };
  }
}

/** Frames, pixels, bytes: bounded before anything is allocated for them (PS3.5 section 8). */
function matrixOf(root: Item): { frames: number; pixels: number; pixelBytes: number } {
  let frames = 1;
  const stated = trimmed(latin(root.get(FRAMES)?.value ?? NOTHING));
  if (stated) {
    if (!/^\+?\d{1,11}$/.test(stated) || Number(stated) === 0)
      throw new Malformed('bad_value', 'NumberOfFrames');
    frames = Number(stated);
  }
  const area = (numberAt(root, ROWS) ?? 0) * (numberAt(root, COLUMNS) ?? 0);
  const pixels = area * frames;
  const bits = pixels * (numberAt(root, SAMPLES) ?? 1) * (numberAt(root, ALLOCATED) ?? 16);
  const pixelBytes = Math.floor((bits + 7) / 8);
  const isLarge = area > LIMITS.area || pixels > LIMITS.pixels || frames > LIMITS.frames;
  if (isLarge || pixelBytes > LIMITS.pixelBytes) throw new Malformed('dimensions', `${pixels} pixels`);
  return { frames, pixels, pixelBytes };
}

/** A data set, sequence or item that is being read. */
interface Level {
  /** Null: ends at its delimiter. */
  end: number | null;
  /** Nothing in it may reach behind. */
  limit: number;
  explicit: boolean;
  /** A sequence collects items, a data set collects elements. */
  items: Item[] | null;
  item: Item;
  last: number;
}

/** State of the one pass: a stack of levels, a position, and counters. */
class Walk {
  readonly fragments: Uint8Array[] = [];
  private readonly view: DataView;
  private readonly little: boolean;
  private readonly levels: Level[];
  private elements = 0;
  private itemCount = 0;
  private text = 0;

  constructor(
    private readonly data: Uint8Array,
    private at: number,
    private readonly syntax: Syntax,
  ) {
    this.view = viewOf(data);
    this.little = !syntax.bigEndian;
    const { explicit } = syntax;
    this.levels = [
      { end: data.length, limit: data.length, explicit, items: null, item: new Map(), last: -1 },
    ];
    if (!explicit && at + 6 <= data.length && VRS.has(this.view.getUint16(at + 4)))
      throw new Malformed('transfer_syntax', 'value representations in an implicit data set');
  }

  run(): Item {
    for (;;) {
      const level = this.closed();
      if (this.levels.length === 1 && this.onlyPaddingLeft()) return level.item;
      if (this.at + 8 > level.limit) {
        const behind = this.levels.length === 1 && level.last >= PIXEL_DATA;
        throw new Malformed(behind ? 'trailing_bytes' : 'truncated', `${level.limit - this.at} bytes left`);
      }
      const group = this.view.getUint16(this.at, this.little);
      const tag = group * 0x10000 + this.view.getUint16(this.at + 2, this.little);
      if (group === 0xfffe) this.itemOrDelimiter(tag, level);
      else this.element(tag, level);
    }
  }

  /** The level that goes on here, after those that end here. */
  private closed(): Level {
    for (;;) {
      const level = this.levels[this.levels.length - 1] as Level; // the first is never taken off
      if (level.end === null || this.at < level.end || this.levels.length === 1) return level;
      if (this.at > level.end) throw new Malformed('bad_length', 'an item is longer than its sequence');
      this.levels.pop();
    }
  }

  /** Whether nothing follows, or zeros to the end of a block or tape record, as old writers fill them. */
  private onlyPaddingLeft(): boolean {
    for (let at = this.at; at < this.data.length; at += 1) if (this.data[at] !== 0) return false;
    return true;
  }

  private open(length: number, level: Level, rest: Pick<Level, 'explicit' | 'items' | 'item'>): void {
    const end = length === UNDEFINED ? null : this.at + length;
    this.levels.push({ end, limit: end ?? level.limit, last: -1, ...rest });
    if (this.levels.length > 2 * LIMITS.depth) throw new Malformed('too_deep');
  }

  private itemOrDelimiter(tag: number, level: Level): void {
    const length = this.view.getUint32(this.at + 4, this.little);
    this.at += 8;
    if (tag === ITEM && level.items !== null) {
      this.countItem();
      if (length !== UNDEFINED && this.at + length > level.limit)
        throw new Malformed('bad_length', 'an item is longer than its sequence');
      const item: Item = new Map();
      level.items.push(item);
      this.open(length, level, { explicit: level.explicit, items: null, item });
      return;
    }
    const closes = level.items !== null ? SEQUENCE_END : ITEM_END;
    if (tag !== closes || level.end !== null || this.levels.length === 1 || length !== 0)
      throw new Malformed('bad_length', 'stray delimiter');
    this.levels.pop();
  }

  private countItem(): void {
    this.itemCount += 1;
    if (this.itemCount > LIMITS.items) throw new Malformed('too_many', 'items');
  }

  private element(tag: number, level: Level): void {
    if (level.items !== null) throw new Malformed('bad_length', 'an element where an item is due');
    if (tag <= level.last || tag < 0x00080000) throw new Malformed(this.disorder(tag), nameOf(tag));
    level.last = tag;
    this.elements += 1;
    if (this.elements > LIMITS.elements) throw new Malformed('too_many', 'elements');
    const { vr, length } = this.representation(tag, level);
    const explicit = level.explicit && vr !== 'UN';
    if (length === UNDEFINED) {
      if (tag === PIXEL_DATA) this.encapsulatedPixels(tag, vr, level);
      else if (vr === 'SQ' || vr === 'UN') this.openSequence(tag, level, length, explicit);
      else throw new Malformed('bad_length', `${nameOf(tag)} has no length`);
    } else if (this.at + length > level.limit) {
      throw new Malformed(tag === PIXEL_DATA ? 'truncated' : 'bad_length', `${nameOf(tag)} is cut off`);
    } else if (vr === 'SQ' || (vr === 'UN' && this.holdsItems(tag, length))) {
      this.openSequence(tag, level, length, explicit);
    } else {
      // Archives write UN where they do not know (PS3.5 6.2.2): then it is as if implicit.
      const meant = vr === 'UN' && !isPrivate(tag) ? (dictionaryVr(tag) ?? vr) : vr;
      this.checkValue(tag, meant, length);
      const value = this.data.subarray(this.at, this.at + length);
      level.item.set(tag, { vr: meant, value: this.little ? value : littleEndian(meant, value), items: [] });
      this.at += length;
    }
  }

  /** A tag that goes backwards: at the end of the file it is no element but what was put behind it. */
  private disorder(tag: number): string {
    if (this.levels.length > 1) return 'bad_order';
    return tag >>> 16 === 0x0004 ? 'dicomdir' : 'trailing_bytes';
  }

  /** VR and length of the element here; moves to its value. */
  private representation(tag: number, level: Level): { vr: string; length: number } {
    const { at } = this;
    if (!level.explicit) {
      this.at = at + 8;
      const vr = (!isPrivate(tag) && dictionaryVr(tag)) || 'UN';
      return { vr, length: this.view.getUint32(at + 4, this.little) };
    }
    const known = VRS.get(this.view.getUint16(at + 4));
    if (!known) {
      const code = tag > PIXEL_DATA ? 'trailing_bytes' : 'transfer_syntax';
      throw new Malformed(code, `${nameOf(tag)} has no known value representation`);
    }
    if (!known.long) {
      this.at = at + 8;
      return { vr: known.vr, length: this.view.getUint16(at + 6, this.little) };
    }
    if (at + 12 > level.limit) throw new Malformed('truncated', nameOf(tag));
    this.at = at + 12;
    return { vr: known.vr, length: this.view.getUint32(at + 8, this.little) };
  }

  /** Whether a public value of unknown VR is a sequence: general parsers would open it, so the gate does. */
  private holdsItems(tag: number, length: number): boolean {
    if (isPrivate(tag) || length === 0) return false;
    const starts =
      length >= 8 &&
      this.view.getUint16(this.at, this.little) === 0xfffe &&
      this.view.getUint16(this.at + 2, this.little) === 0xe000;
    if (!starts && dictionaryVr(tag) === 'SQ')
      throw new Malformed('bad_length', `${nameOf(tag)} is no sequence`);
    return starts;
  }

  private openSequence(tag: number, level: Level, length: number, explicit: boolean): void {
    const items: Item[] = [];
    level.item.set(tag, { vr: 'SQ', value: NOTHING, items });
    this.open(length, level, { explicit, items, item: new Map() });
  }

  /** Fragments up to their delimiter (PS3.5 A.4); those of an icon are passed over. */
  private encapsulatedPixels(tag: number, vr: string, level: Level): void {
    if (!this.syntax.encapsulated || !['OB', 'OW', 'UN'].includes(vr))
      throw new Malformed('transfer_syntax', 'encapsulated pixels in an uncompressed transfer syntax');
    const isRoot = this.levels.length === 1;
    for (;;) {
      if (this.at + 8 > level.limit) throw new Malformed('truncated', 'fragments');
      const mark = this.view.getUint16(this.at, true) * 0x10000 + this.view.getUint16(this.at + 2, true);
      const length = this.view.getUint32(this.at + 4, true);
      this.at += 8;
      if (mark === SEQUENCE_END && length === 0) break;
      if (mark !== ITEM || length === UNDEFINED) throw new Malformed('bad_length', 'a fragment is no item');
      if (this.at + length > level.limit) throw new Malformed('truncated', 'a fragment is cut off');
      this.countItem();
      if (isRoot) this.fragments.push(this.data.subarray(this.at, this.at + length));
      this.at += length;
    }
    level.item.set(tag, { vr: 'OB', value: NOTHING, items: [] });
  }

  private checkValue(tag: number, vr: string, length: number): void {
    if (tag === PIXEL_DATA) return;
    if (isPrivate(tag)) {
      if (length > LIMITS.private) throw new Malformed('too_many', nameOf(tag));
    } else if (!OTHER.has(vr)) {
      this.text += length;
      if (length > LIMITS.text || this.text > LIMITS.textTotal) throw new Malformed('too_many', nameOf(tag));
    }
  }
}

/** A value of a big-endian file in the order of all others; what has no order stays (PS3.5 section 7.3). */
function littleEndian(vr: string, value: Uint8Array): Uint8Array {
  const width = WIDTHS[vr.split(' ')[0] ?? ''];
  if (!width || value.length % width) return value;
  const turned = new Uint8Array(value.length);
  for (let at = 0; at < value.length; at += width)
    for (let n = 0; n < width; n += 1) turned[at + n] = value[at + width - 1 - n] ?? 0;
  return turned;
}
