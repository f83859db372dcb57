/** Neutral names of the image sets that a step shows side by side: A, B. */
export function setName(set: number): string {
  return String.fromCharCode(64 + set);
}
