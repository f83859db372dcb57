/** Words for the things of a read. Names of a form come from its definition, so an unknown one shows as it is. */
import { type Language, type MessageKey, message, type T } from '../shared/i18n';
import type { StateName } from './heart/segments';
import type { FieldValue, Mark } from './ledger/events';

type SegmentKey = Extract<MessageKey, `reader.segment.${number}`>;
type TableKey = Extract<MessageKey, `reader.table.${string}`>;

export function segmentName(t: T, segment: number): string {
  return t(`reader.segment.${segment}` as SegmentKey);
}

export function tableName(t: T, table: string): string {
  return t(`reader.table.${table}` as TableKey);
}

export function stateName(t: T, state: StateName): string {
  return t(`reader.state.${state}`);
}

/** For the eye: a middle dot for what is not scored, because 0 would say normal. */
export function markSign(mark: Mark | undefined): string {
  return mark === null || mark === undefined ? '·' : String(mark);
}

/** For the ear, and for tooltips: "2, moderately reduced". */
export function markName(t: T, mark: Mark | undefined): string {
  if (mark === null || mark === undefined) return t('reader.score.none');
  if (mark === 'NE') return t('reader.score.NE');
  return `${mark}, ${t(`reader.score.${mark as 0 | 1 | 2 | 3 | 4}`)}`;
}

export function fieldLabel(lang: Language, name: string): string {
  return message(lang, `reader.field.${name}`, name);
}

export function valueLabel(lang: Language, name: string, value: FieldValue): string {
  return message(lang, `reader.field.${name}.${value}`, String(value));
}
