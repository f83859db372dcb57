/** The colour tables that are offered for an image. */
export const TABLES = ['cool', 'gray', 'inverse_gray', 'hot_iron', 'ten_step'] as const;
export type Table = (typeof TABLES)[number];
