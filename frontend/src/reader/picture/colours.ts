/**
 * Colour tables as control points (position 0-255, colour). Written from published control points: DICOM PS3.6 annex B.1
 * (Hot Iron, PET, Hot Metal Blue, PET 20 Step) and the tables of the same names in common use for perfusion images; those in
 * steps are black, white and full colour where the published ones say 1 and 254. Values become table indices only after they
 * were interpolated, so a stepped table keeps its steps.
 */
type ColourTable =
  /** Position, colour, position, colour. */
  | { points: readonly number[] }
  /** Each colour holds for `every` positions. */
  | { every: number; steps: readonly number[] };

// biome-ignore format: control points in rows
const TABLES = {
  gray: {
    points: [
      0, 0x000000,
      255, 0xffffff,
    ],
  },
  inverse_gray: {
    points: [
      0, 0xffffff,
      255, 0x000000,
    ],
  },
  cool: {
    points: [
      0, 0x000000,
      63, 0x00807d,
      128, 0x8000ff,
      192, 0xff8000,
      255, 0xffffff,
    ],
  },
  hot_iron: {
    points: [
      0, 0x000000,
      128, 0xff0000,
      191, 0xff7e00,
      255, 0xffffff,
    ],
  },
  hot_metal_blue: {
    points: [
      0, 0x000000,
      59, 0x000074,
      85, 0x0000a7,
      102, 0x3200c8,
      119, 0x5a0096,
      136, 0x8c2032,
      153, 0xbe4000,
      170, 0xff6000,
      240, 0xffe4ce,
      255, 0xffffff,
    ],
  },
  pet_20_step: {
    every: 12.75,
    steps: [
      0x000000, 0x600050, 0x303050, 0x303070, 0x505080, 0x6060b0, 0x7070c0, 0x8080e0, 0x306030, 0x309030,
      0x50c050, 0x40e040, 0xe0e050, 0xd0d060, 0xd0b040, 0xd09000, 0xc06000, 0xb03000, 0xff0000, 0xffffff,
    ],
  },
  warm_metal: {
    points: [
      0, 0x02020c,
      23, 0x060264,
      38, 0x3602a7,
      54, 0x6402db,
      61, 0x7d02df,
      71, 0x9402cd,
      102, 0xc3045a,
      120, 0xdc2c19,
      128, 0xe84102,
      138, 0xfa5602,
      158, 0xfd8602,
      214, 0xfde702,
      222, 0xfdfd2c,
      247, 0xfdfde1,
      255, 0xfcfcfc,
    ],
  },
  thermal: {
    points: [
      0, 0x460073,
      30, 0x4600ce,
      45, 0x3f0dff,
      77, 0x00e6ec,
      90, 0x20ffef,
      119, 0xf4fffe,
      133, 0xedfedf,
      168, 0x15ff08,
      178, 0x33ff01,
      195, 0xb4ff1a,
      215, 0xffde2b,
      255, 0xff0202,
    ],
  },
  siemens: {
    points: [
      0, 0x020120,
      5, 0x04015f,
      17, 0x040168,
      47, 0x0801ec,
      94, 0xfd0106,
      210, 0xfbd003,
      224, 0xf8fe09,
      253, 0xfdfef5,
      255, 0xffffff,
    ],
  },
  s_pet: {
    points: [
      0, 0x040104,
      32, 0x430183,
      63, 0x0101fe,
      108, 0x01cb43,
      126, 0xa2ef01,
      136, 0xfefe01,
      241, 0xfe2801,
      255, 0xfe0401,
    ],
  },
  ten_step: {
    every: 26,
    steps: [
      0x000000, 0x260076, 0x0018bc, 0x007358, 0x00d515, 0xb7d500, 0xffb700, 0xff5d00, 0xff0606, 0xffacd0,
    ],
  },
  twenty_step: {
    every: 13,
    steps: [
      0x000000, 0x00007f, 0x0000bf, 0x0000ff, 0x007f00, 0x00bf00, 0x00ff00, 0x7f0000, 0xbf0000, 0xff0000,
      0x7f007f, 0xbf00bf, 0xff00ff, 0x007f7f, 0x00bfbf, 0x00ffff, 0x7f4000, 0xbf7f00, 0xffbf00, 0xffffff,
    ],
  },
  ceretec: {
    points: [
      0, 0x010104,
      64, 0x0404fe,
      127, 0xfea404,
      191, 0xfe0101,
      255, 0xfefafa,
    ],
  },
  nih: {
    points: [
      0, 0x000000,
      15, 0x5500aa,
      31, 0x000055,
      63, 0x0000ff,
      79, 0x0055ff,
      95, 0x00aaaa,
      111, 0x00ffaa,
      127, 0x00ff00,
      143, 0x55ff55,
      159, 0xffff00,
      192, 0xff5100,
      218, 0xfc0000,
      253, 0xae0000,
      255, 0xffffff,
    ],
  },
} as const satisfies Record<string, ColourTable>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

export function isTableName(name: string): name is TableName {
  return Object.hasOwn(TABLES, name);
}

/** Rest minus stress, -50 to +50 % of maximum: blue where stress is higher, orange where rest is. Never for perfusion. */
// biome-ignore format: control points in rows
const DIFFERENCE: ColourTable = {
  points: [
    0, 0x3fa9ff,
    64, 0x1c5fa8,
    128, 0x22262b,
    192, 0xb45a10,
    255, 0xffb454,
  ],
};

const made = new Map<ColourTable, Uint8ClampedArray<ArrayBuffer>>();

/** 256 x RGBA. */
export function colours(name: TableName): Uint8ClampedArray<ArrayBuffer> {
  return expanded(TABLES[name]);
}

export function differenceColours(): Uint8ClampedArray<ArrayBuffer> {
  return expanded(DIFFERENCE);
}

function expanded(table: ColourTable): Uint8ClampedArray<ArrayBuffer> {
  const known = made.get(table);
  if (known) return known;
  const rgba = new Uint8ClampedArray(256 * 4);
  for (let index = 0; index < 256; index++) rgba.set([...colourAt(table, index), 255], index * 4);
  made.set(table, rgba);
  return rgba;
}

function colourAt(table: ColourTable, index: number): readonly [number, number, number] {
  if ('every' in table) {
    const { every, steps } = table;
    return mixed(steps[Math.min(Math.floor(index / every), steps.length - 1)] as number);
  }
  const { points } = table;
  const next = points.findIndex((at, n) => n % 2 === 0 && at >= index);
  const [from = 0, low = 0, to = 0, high = 0] = points.slice(Math.max(next - 2, 0));
  return mixed(low, high, (index - from) / (to - from));
}

function mixed(low: number, high = low, part = 0): readonly [number, number, number] {
  const at = (shift: number) => {
    const first = (low >> shift) & 255;
    return first + (((high >> shift) & 255) - first) * part;
  };
  return [at(16), at(8), at(0)];
}

/** The table entry for a value inside a window; both painters use this rule. */
export function tableIndex(value: number, low: number, high: number): number {
  const index = Math.round(((value - low) / (high - low)) * 255);
  return index < 0 ? 0 : index > 255 ? 255 : index;
}
