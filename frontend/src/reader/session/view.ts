/** How the pictures are shown: table, windows, slices. Pure steps from one view to the next. */
import type { Read } from '../api';
import type { StateName } from '../heart/segments';
import { isTableName, type TableName } from '../picture/colours';
import { FARTHEST_SHIFT, NO_SHIFT, type Shifts } from '../picture/layout';
import type { Window } from '../picture/painter';
import type { ViewName } from '../picture/slices';

export interface View {
  table: TableName;
  tables: readonly TableName[];
  /** Gray for as long as a key is held. */
  peek: boolean;
  windows: Readonly<Record<StateName, Window>>;
  linked: boolean;
  shifts: Shifts;
  text: boolean;
  borders: boolean;
}

export const FULL_WINDOW: Window = { low: 0, high: 1 };
export const WINDOW_STEP = 0.05;

export function firstView(display: Read['display']): View {
  const tables = display.tables.filter(isTableName);
  const wanted = display.default_table;
  return {
    table: isTableName(wanted) ? wanted : (tables[0] ?? 'gray'),
    tables: tables.length > 0 ? tables : ['gray'],
    peek: false,
    windows: { stress: FULL_WINDOW, rest: FULL_WINDOW },
    linked: true,
    shifts: NO_SHIFT,
    text: true,
    borders: true,
  };
}

export function shownTable({ table, peek }: View): TableName {
  return peek ? 'gray' : table;
}

export function withNextTable(view: View, step: 1 | -1): View {
  const at = view.tables.indexOf(view.table);
  const next = view.tables.at((at + step + view.tables.length) % view.tables.length);
  return { ...view, table: next ?? view.table };
}

/** Set one limit of a state's window, of both states' while they are linked. Limits stay a step apart, within 0-100 %. */
export function withLimit(view: View, state: StateName, limit: keyof Window, value: number): View {
  const moved = (window: Window): Window => {
    const rounded = Math.round(value * 100) / 100;
    return limit === 'low'
      ? { ...window, low: Math.min(Math.max(rounded, 0), window.high - WINDOW_STEP) }
      : { ...window, high: Math.max(Math.min(rounded, 1), window.low + WINDOW_STEP) };
  };
  const { stress, rest } = view.windows;
  if (view.linked) return { ...view, windows: { stress: moved(stress), rest: moved(rest) } };
  return { ...view, windows: { ...view.windows, [state]: moved(view.windows[state]) } };
}

/** Linking takes over the window of the state that has the attention. */
export function withLinked(view: View, linked: boolean, state: StateName): View {
  const window = view.windows[state];
  return { ...view, linked, windows: linked ? { stress: window, rest: window } : view.windows };
}

export function withWindowReset(view: View): View {
  return { ...view, windows: { stress: FULL_WINDOW, rest: FULL_WINDOW } };
}

export function withShift(view: View, name: ViewName, which: 'both' | 'rest', step: 1 | -1): View {
  const shift = view.shifts[name];
  const moved = Math.min(Math.max(shift[which] + step, -FARTHEST_SHIFT), FARTHEST_SHIFT);
  return { ...view, shifts: { ...view.shifts, [name]: { ...shift, [which]: moved } } };
}

/** What of a view belongs in the record, as name and value. */
export function recorded(view: View): Readonly<Record<string, string>> {
  const percent = ({ low, high }: Window) => `${Math.round(low * 100)}-${Math.round(high * 100)}`;
  return {
    table: view.table,
    window_stress: percent(view.windows.stress),
    window_rest: percent(view.windows.rest),
    shifts: Object.entries(view.shifts)
      .map(([name, { both, rest }]) => `${name}:${both}/${rest}`)
      .join(' '),
  };
}
