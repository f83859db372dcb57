/** stub */
export const LIMITS = {
  elements: 100_000,
  items: 50_000,
  depth: 12,
  text: 1 << 16,
  textTotal: 1 << 20,
  private: 8 << 20,
  meta: 1024,
  inflated: 128 << 20,
  ratio: 200,
  pixels: 1 << 26,
  pixelBytes: 1 << 28,
  frames: 1 << 14,
};
export function dictionaryVr(_tag: number): string | null {
  return null;
}
