import type { MessageKey } from '../i18n';

type SegmentKey = Extract<MessageKey, `reader.segment.${number}`>;

/** The catalogue's key of a segment's name, 1 to 17. */
export function segmentKey(segment: number): SegmentKey {
  return `reader.segment.${segment}` as SegmentKey;
}
