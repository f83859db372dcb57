/** Words for the things of a read. Names of a form come from its definition, so an unknown one shows as it is. */
import { type Language, type MessageKey, message, type T } from '../shared/i18n';
import type { Form } from './api';
import type { StateName } from './heart/segments';
import type { FieldValue, Mark } from './ledger/events';
import { type LayoutDocument, slicesOf, viewsOf } from './picture/layout';

type SegmentKey = Extract<MessageKey, `reader.segment.${number}`>;
type RegionKey = Extract<MessageKey, `reader.region.${string}`>;
type StateKey = Extract<MessageKey, `reader.state.${string}`>;
type TableKey = Extract<MessageKey, `reader.table.${string}`>;

export function segmentName(t: T, segment: number): string {
  return t(`reader.segment.${segment}` as SegmentKey);
}

export function tableName(t: T, table: string): string {
  return t(`reader.table.${table}` as TableKey);
}

/** The name of what is scored: a segment of the heart, or a region of the form's list. */
export function siteName(t: T, { regions }: Pick<Form, 'regions'>, site: number): string {
  const region = regions[site - 1];
  return region === undefined ? segmentName(t, site) : regionName(t, region);
}

/** A place that is scored, as it is called where it stands alone: "Rest 16 Apical lateral"; regions go by their names. */
export function placeName(t: T, form: Pick<Form, 'regions'>, state: StateName, site: number): string {
  const number = form.regions.length > 0 ? '' : `${site} `;
  return `${stateName(t, state)} ${number}${siteName(t, form, site)}`;
}

export function regionName(t: T, region: string): string {
  return t(`reader.region.${region}` as RegionKey);
}

export function stateName(t: T, state: StateName): string {
  return t(`reader.state.${state}` as StateKey);
}

/** For the eye: a middle dot for what is not scored, because 0 would say normal. */
export function markSign(mark: Mark | undefined): string {
  return mark === null || mark === undefined ? '·' : String(mark);
}

/** One that is called by its rows and columns is known by the slices of each view: "SA 24, LA 12". Others as the study calls them. */
export function layoutName(t: T, layout: LayoutDocument): string {
  if (!/^\d+x[\d+]+$/.test(layout.name)) return layout.name;
  const counts = slicesOf(layout);
  const views = viewsOf(layout);
  const equal = [...new Set(views.map((view) => counts[view]))];
  return equal
    .map((count) => {
      const same = views.filter((view) => counts[view] === count).join('/');
      return `${same.replace('VLA/HLA', 'LA')} ${count}`;
    })
    .join(t('list.separator'));
}

/** For the ear, and for tooltips: "2, moderately reduced". It holds what stands there for the eye, so that it can be spoken to. */
export function markName(t: T, mark: Mark | undefined): string {
  if (mark === null || mark === undefined) return t('reader.score.none');
  if (mark === 'NE') return `NE, ${t('reader.score.NE')}`;
  return `${mark}, ${t(`reader.score.${mark as 0 | 1 | 2 | 3 | 4}`)}`;
}

export function fieldLabel(lang: Language, name: string): string {
  const region = /^asymmetry_(.+)$/.exec(name)?.[1];
  if (region)
    return message(lang, 'reader.field.asymmetry', name).replace(
      '{{region}}',
      message(lang, `reader.region.${region}`, region),
    );
  return message(lang, `reader.field.${name}`, name);
}

export function valueLabel(lang: Language, name: string, value: number | string): string {
  const question = name.startsWith('asymmetry_') ? 'asymmetry' : name;
  return message(lang, `reader.field.${question}.${value}`, String(value));
}

/** An answer in words; several choices one after the other. */
export function answerText(lang: Language, name: string, value: FieldValue): string {
  const answers = typeof value === 'object' ? value : [value];
  const words = answers.map((answer) => valueLabel(lang, name, answer));
  return words.join(message(lang, 'list.separator', ', '));
}
