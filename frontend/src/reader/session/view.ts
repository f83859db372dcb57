/** How the pictures are shown: table, windows, slices. Pure steps from one view to the next. */
import type { Read } from '../api';
import type { StateName } from '../heart/segments';
import { isTableName, type TableName } from '../picture/colours';
import { FARTHEST_SHIFT, type LayoutDocument, type Nudge, type Shifts, shiftOf } from '../picture/layout';
import { FULL_WINDOW, type Window } from '../picture/painter';
import type { Vector, ViewName } from '../picture/slices';

export interface View {
  table: TableName;
  tables: readonly TableName[];
  /** Gray for as long as a key is held. */
  peek: boolean;
  /** One for every state of the form. */
  windows: Readonly<Record<StateName, Window>>;
  linked: boolean;
  shifts: Shifts;
  nudge: Nudge;
  /** Name of one of the study's layouts. */
  layout: string;
  interpolate: boolean;
  text: boolean;
  borders: boolean;
  contour: boolean;
  /** Whose polar maps lie under the segments, where two sets are shown. */
  set: number;
}

export const WINDOW_STEP = 0.05;
/** The key sheet and the instructions say it, too. */
export const NUDGE_MM = 1;
const FARTHEST_NUDGE_MM = 20;

export function firstView({ display, form }: Pick<Read, 'display' | 'form'>): View {
  const tables = display.tables.filter(isTableName);
  const wanted = display.default_table;
  return {
    table: isTableName(wanted) ? wanted : (tables[0] ?? 'gray'),
    tables: tables.length > 0 ? tables : ['gray'],
    peek: false,
    windows: full(form.states),
    linked: true,
    shifts: {},
    nudge: {},
    layout: display.default_layout,
    interpolate: true,
    text: true,
    borders: true,
    contour: false,
    set: 1,
  };
}

function full(states: Iterable<StateName>): View['windows'] {
  return Object.fromEntries([...states].map((state) => [state, FULL_WINDOW]));
}

/** A glance at gray shows a table like any other: only where the study allows it. */
export function canPeek({ tables }: View): boolean {
  return tables.includes('gray');
}

export function shownTable({ table, peek }: View): TableName {
  return peek ? 'gray' : table;
}

export function windowOf({ windows }: View, state: StateName): Window {
  return windows[state] ?? FULL_WINDOW;
}

/** The layout in use; the first of the study where the name is none of its own. */
export function layoutOf({ layout }: View, { layouts }: Read['display']): LayoutDocument | undefined {
  return layouts.find(({ name }) => name === layout) ?? layouts[0];
}

export function withNextTable(view: View, step: 1 | -1): View {
  const at = view.tables.indexOf(view.table);
  const next = view.tables.at((at + step + view.tables.length) % view.tables.length);
  return { ...view, table: next ?? view.table };
}

export function withNextLayout(view: View, { layouts }: Read['display'], step: 1 | -1): View {
  const at = layouts.findIndex(({ name }) => name === view.layout);
  return { ...view, layout: layouts.at((at + step) % layouts.length)?.name ?? view.layout };
}

/** Of two sets, the one whose polar maps do not lie under the segments now. */
export function withOtherSet(view: View, sets: readonly number[]): View {
  const at = sets.indexOf(view.set);
  return { ...view, set: sets[(at + 1) % sets.length] ?? view.set };
}

/** Set one limit of a state's window, of all states' while they are linked. Limits stay a step apart, within 0-100 %. */
export function withLimit(view: View, state: StateName, limit: keyof Window, value: number): View {
  const moved = (window: Window): Window => {
    const rounded = Math.round(value * 100) / 100;
    return limit === 'low'
      ? { ...window, low: Math.min(Math.max(rounded, 0), window.high - WINDOW_STEP) }
      : { ...window, high: Math.max(Math.min(rounded, 1), window.low + WINDOW_STEP) };
  };
  const windows = Object.entries(view.windows).map(([name, window]) => [
    name,
    view.linked || name === state ? moved(window) : window,
  ]);
  return { ...view, windows: Object.fromEntries(windows) };
}

/** Linking takes over the window of the state that has the attention. */
export function withLinked(view: View, linked: boolean, state: StateName): View {
  const window = windowOf(view, state);
  const same = Object.fromEntries(Object.keys(view.windows).map((name) => [name, window]));
  return { ...view, linked, windows: linked ? same : view.windows };
}

export function withWindowReset(view: View): View {
  return { ...view, windows: full(Object.keys(view.windows)) };
}

/** Move the slices of a view by one, for the states that are named. */
export function withShift(view: View, name: ViewName, states: readonly StateName[], step: 1 | -1): View {
  const moved = states.map((state): [StateName, number] => {
    const to = shiftOf(view.shifts, name, state) + step;
    return [state, Math.min(Math.max(to, -FARTHEST_SHIFT), FARTHEST_SHIFT)];
  });
  return {
    ...view,
    shifts: { ...view.shifts, [name]: { ...view.shifts[name], ...Object.fromEntries(moved) } },
  };
}

/** Move the pictures of a state by some mm along the volume's axes. */
export function withNudge(view: View, state: StateName, by: Vector): View {
  const now = view.nudge[state] ?? [0, 0, 0];
  const clamped = (mm: number) => Math.min(Math.max(mm, -FARTHEST_NUDGE_MM), FARTHEST_NUDGE_MM);
  const to: Vector = [clamped(now[0] + by[0]), clamped(now[1] + by[1]), clamped(now[2] + by[2])];
  return { ...view, nudge: { ...view.nudge, [state]: to } };
}

export function withAlignmentReset(view: View): View {
  return { ...view, shifts: {}, nudge: {} };
}

/** What of a view belongs in the record, as name and value. */
export function recorded(view: View): Readonly<Record<string, string>> {
  const windows = Object.entries(view.windows).map(([state, { low, high }]) => [
    `window_${state}`,
    `${Math.round(low * 100)}-${Math.round(high * 100)}`,
  ]);
  return {
    table: view.table,
    peek: onOff(view.peek),
    ...Object.fromEntries(windows),
    shifts: Object.entries(view.shifts)
      .flatMap(([name, states]) => Object.entries(states).map(([state, by]) => `${name} ${state} ${by}`))
      .filter((text) => !text.endsWith(' 0'))
      .join(', '),
    nudge: Object.entries(view.nudge)
      .filter(([, mm]) => mm.some((part) => part !== 0))
      .map(([state, mm]) => `${state} ${mm.join(' ')}`)
      .join(', '),
    layout: view.layout,
    interpolation: onOff(view.interpolate),
    text: onOff(view.text),
    borders: onOff(view.borders),
    contour: onOff(view.contour),
    set: String(view.set),
  };
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}
