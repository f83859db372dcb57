/**
 * Colour tables as control points (position 0-255, colour). Written from published control points:
 * DICOM PS3.6 annex B.1 (Hot Iron, PET, Hot Metal Blue, PET 20 Step) and the tables of the same names in common use
 * for perfusion images. Values become table indices only after they were interpolated, so a stepped table keeps its steps.
 */
type Point = readonly [at: number, rgb: number];

interface ColourTable {
  points: readonly Point[];
  /** Each point's colour holds up to the next point. */
  steps?: true;
}

// biome-ignore format: control points in rows
const TABLES = {
  gray: {
    points: [
      [0, 0x000000],
      [255, 0xffffff],
    ],
  },
  inverse_gray: {
    points: [
      [0, 0xffffff],
      [255, 0x000000],
    ],
  },
  cool: {
    points: [
      [0, 0x000000],
      [63, 0x00807d],
      [128, 0x8000ff],
      [192, 0xff8000],
      [255, 0xffffff],
    ],
  },
  hot_iron: {
    points: [
      [0, 0x000000],
      [128, 0xff0000],
      [191, 0xff7e00],
      [255, 0xffffff],
    ],
  },
  hot_metal_blue: {
    points: [
      [0, 0x000000],
      [59, 0x000074],
      [85, 0x0000a7],
      [102, 0x3200c8],
      [119, 0x5a0096],
      [136, 0x8c2032],
      [153, 0xbe4000],
      [170, 0xff6000],
      [240, 0xffe4ce],
      [255, 0xffffff],
    ],
  },
  warm_metal: {
    points: [
      [0, 0x02020c],
      [23, 0x060264],
      [38, 0x3602a7],
      [54, 0x6402db],
      [61, 0x7d02df],
      [71, 0x9402cd],
      [102, 0xc3045a],
      [120, 0xdc2c19],
      [128, 0xe84102],
      [138, 0xfa5602],
      [158, 0xfd8602],
      [214, 0xfde702],
      [222, 0xfdfd2c],
      [247, 0xfdfde1],
      [255, 0xfcfcfc],
    ],
  },
  thermal: {
    points: [
      [0, 0x460073],
      [30, 0x4600ce],
      [45, 0x3f0dff],
      [77, 0x00e6ec],
      [90, 0x20ffef],
      [119, 0xf4fffe],
      [133, 0xedfedf],
      [168, 0x15ff08],
      [178, 0x33ff01],
      [195, 0xb4ff1a],
      [215, 0xffde2b],
      [255, 0xff0202],
    ],
  },
  siemens: {
    points: [
      [0, 0x020120],
      [5, 0x04015f],
      [17, 0x040168],
      [47, 0x0801ec],
      [94, 0xfd0106],
      [210, 0xfbd003],
      [224, 0xf8fe09],
      [253, 0xfdfef5],
      [255, 0xffffff],
    ],
  },
  s_pet: {
    points: [
      [0, 0x040104],
      [32, 0x430183],
      [63, 0x0101fe],
      [108, 0x01cb43],
      [126, 0xa2ef01],
      [136, 0xfefe01],
      [241, 0xfe2801],
      [255, 0xfe0401],
    ],
  },
  ten_step: {
    steps: true,
    points: [
      [0, 0x000000],
      [26, 0x260076],
      [52, 0x0018bc],
      [78, 0x007358],
      [104, 0x00d515],
      [130, 0xb7d500],
      [156, 0xffb700],
      [182, 0xff5d00],
      [208, 0xff0606],
      [234, 0xffacd0],
    ],
  },
  twenty_step: {
    steps: true,
    points: [
      [0, 0x000000],
      [13, 0x600050],
      [26, 0x303050],
      [39, 0x303070],
      [51, 0x505080],
      [64, 0x6060b0],
      [77, 0x7070c0],
      [90, 0x8080e0],
      [102, 0x306030],
      [115, 0x309030],
      [128, 0x50c050],
      [141, 0x40e040],
      [153, 0xe0e050],
      [166, 0xd0d060],
      [179, 0xd0b040],
      [192, 0xd09000],
      [204, 0xc06000],
      [217, 0xb03000],
      [230, 0xff0000],
      [243, 0xffffff],
    ],
  },
} as const satisfies Record<string, ColourTable>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

export function isTableName(name: string): name is TableName {
  return Object.hasOwn(TABLES, name);
}

/** Rest minus stress, -50 to +50 % of maximum: blue where stress is higher, orange where rest is. Never for perfusion. */
const DIFFERENCE: ColourTable = {
  points: [
    [0, 0x3fa9ff],
    [64, 0x1c5fa8],
    [128, 0x22262b],
    [192, 0xb45a10],
    [255, 0xffb454],
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

function colourAt({ points, steps }: ColourTable, index: number): [number, number, number] {
  const next = points.findIndex(([at]) => at > index);
  const below = points[(next < 0 ? points.length : next) - 1] as Point;
  const above = next < 0 || steps ? below : (points[next] as Point);
  const part = above === below ? 0 : (index - below[0]) / (above[0] - below[0]);
  const mixed = (shift: number) => {
    const low = (below[1] >> shift) & 255;
    return low + (((above[1] >> shift) & 255) - low) * part;
  };
  return [mixed(16), mixed(8), mixed(0)];
}

/** The table entry for a value inside a window; both painters use this rule. */
export function tableIndex(value: number, low: number, high: number): number {
  const index = Math.round(((value - low) / (high - low)) * 255);
  return index < 0 ? 0 : index > 255 ? 255 : index;
}
