import type { StateName } from '../heart/segments';
import { isTableName } from '../picture/colours';
import type { Nudge, Shifts } from '../picture/layout';
import type { Vector } from '../picture/slices';
import type { View } from './view';

/**
 * The view after something that was recorded: what a replay does. Each opening of the page begins with `first`; names that are not
 * about the view change nothing.
 */
export function replayed(view: View, name: string, value: string, first: View): View {
  if (name.startsWith('window_')) {
    const [low = 0, high = 100] = value.split('-').map(Number);
    const window = { low: low / 100, high: high / 100 };
    return { ...view, windows: { ...view.windows, [name.slice('window_'.length)]: window } };
  }
  const on = value === 'on';
  switch (name) {
    case 'shown':
      return first;
    case 'peek':
      return { ...view, peek: on };
    case 'table':
      return isTableName(value) ? { ...view, table: value } : view;
    case 'shifts':
      return { ...view, shifts: shiftsFrom(value) };
    case 'nudge':
      return { ...view, nudge: nudgeFrom(value) };
    case 'layout':
      return { ...view, layout: value };
    case 'interpolation':
      return { ...view, interpolate: on };
    case 'text':
      return { ...view, text: on };
    case 'borders':
      return { ...view, borders: on };
    case 'contour':
      return { ...view, contour: on };
    case 'set':
      return { ...view, set: Number(value) };
    default:
      return view;
  }
}

function listed(value: string): string[][] {
  return value === '' ? [] : value.split(', ').map((item) => item.split(' '));
}

function shiftsFrom(value: string): Shifts {
  const shifts: Record<string, Record<StateName, number>> = {};
  for (const [name = '', state = '', by] of listed(value)) {
    shifts[name] = { ...shifts[name], [state]: Number(by) };
  }
  return shifts;
}

function nudgeFrom(value: string): Nudge {
  return Object.fromEntries(
    listed(value).map(([state, i, j, k]): [StateName, Vector] => [
      state ?? '',
      [Number(i), Number(j), Number(k)],
    ]),
  );
}
