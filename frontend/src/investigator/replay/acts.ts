/** What happened in a read, in words and in order. */
import type { Form } from '../../reader/api';
import { answerText, fieldLabel, markSign, siteName, stateName, tableName } from '../../reader/names';
import { type Language, message, type T } from '../../shared/i18n';
import { changeOf, type Replay, type ReplayEvent } from './timeline';

export interface ActLine {
  /** The moment after it: 0 is the beginning. */
  index: number;
  kind: 'score' | 'field' | 'view' | 'signature';
  text: string;
}

/** One line for every act, and one for every signature behind the last act that it covers. */
export function actLines(t: T, lang: Language, { form, events, sheets }: Replay): ActLine[] {
  return events.flatMap((event, at): ActLine[] => {
    const index = at + 1;
    const signatures = sheets
      .filter(({ last_seq }) => last_seq === event.seq)
      .map(({ step, version, full_name }): ActLine => {
        return { index, kind: 'signature', text: t('replay.signed', { step, version, name: full_name }) };
      });
    return [{ index, kind: event.kind, text: sentence(t, lang, form, event) }, ...signatures];
  });
}

function sentence(t: T, lang: Language, form: Form, event: ReplayEvent): string {
  const change = changeOf(event);
  if (change.kind === 'score') {
    const place = `${stateName(t, change.state)} ${change.segment} ${siteName(t, form, change.segment)}`;
    const value = change.value === null ? t('replay.cleared') : markSign(change.value);
    return t('replay.answer', { name: place, value });
  }
  if (change.kind === 'field') {
    const value = change.value === null ? t('replay.cleared') : answerText(lang, change.name, change.value);
    return t('replay.answer', { name: fieldLabel(lang, change.name), value });
  }
  return viewSentence(t, lang, form, change.name, change.value);
}

function viewSentence(t: T, lang: Language, form: Form, name: string, value: string): string {
  const window = /^window_(.+)$/.exec(name)?.[1];
  if (window) return t('replay.window', { state: stateName(t, window), value: value.replace('-', '–') });
  const label = message(lang, `replay.view.${name}`, name);
  if (value === '') return label;
  return t('replay.answer', { name: label, value: viewValue(t, lang, form, name, value) });
}

function viewValue(t: T, lang: Language, form: Form, name: string, value: string): string {
  if (name === 'table') return tableName(t, value);
  if (name === 'focus') {
    const [state = '', segment] = value.split(' ');
    return `${stateName(t, state)} ${siteName(t, form, Number(segment))}`;
  }
  if (name === 'all_normal')
    return value
      .split(' ')
      .map((state) => stateName(t, state))
      .join(t('list.separator'));
  return message(lang, `replay.value.${value}`, value);
}
