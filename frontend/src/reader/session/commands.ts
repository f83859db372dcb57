/** What each key does to a read. Commands that open something belong to the page and are not handled here. */
import type { Vector, ViewName } from '../picture/slices';
import type { Command } from './keys';
import type { Reading } from './reading';
import {
  canPeek,
  NUDGE_MM,
  type View,
  WINDOW_STEP,
  windowOf,
  withAlignmentReset,
  withLimit,
  withLinked,
  withNextLayout,
  withNextTable,
  withNudge,
  withOtherSet,
  withShift,
  withWindowReset,
} from './view';

/** True when the command was one of these. `under` is the view under the pointer, which the slice keys move. */
export function perform(command: Command, reading: Reading, under: ViewName): boolean {
  const { view, focus } = reading.snapshot();
  const { states } = reading.read.form;
  const limit = (which: 'low' | 'high', step: number) =>
    reading.show(withLimit(view, focus.state, which, windowOf(view, focus.state)[which] + step));
  switch (command) {
    case 'score.0':
    case 'score.1':
    case 'score.2':
    case 'score.3':
    case 'score.4':
      reading.score(Number(command.at(-1)));
      return true;
    case 'score.NE':
      reading.score('NE');
      return true;
    case 'score.clear':
      reading.clear();
      return true;
    case 'segment.next':
      reading.move(1);
      return true;
    case 'segment.previous':
      reading.move(-1);
      return true;
    case 'segment.outward':
      reading.moveAcross('up');
      return true;
    case 'segment.inward':
      reading.moveAcross('down');
      return true;
    case 'state.toggle':
      reading.toggle();
      return true;
    case 'history.undo':
      reading.undo();
      return true;
    case 'history.redo':
      reading.redo();
      return true;
    case 'table.next':
      reading.show(withNextTable(view, 1));
      return true;
    case 'table.previous':
      reading.show(withNextTable(view, -1));
      return true;
    case 'table.peek':
      if (canPeek(view)) reading.show({ ...view, peek: true });
      return true;
    case 'window.upperDown':
      limit('high', -WINDOW_STEP);
      return true;
    case 'window.upperUp':
      limit('high', WINDOW_STEP);
      return true;
    case 'window.lowerDown':
      limit('low', -WINDOW_STEP);
      return true;
    case 'window.lowerUp':
      limit('low', WINDOW_STEP);
      return true;
    case 'window.reset':
      reading.show(withWindowReset(view));
      return true;
    case 'window.link':
      reading.show(withLinked(view, !view.linked, focus.state));
      return true;
    case 'slices.back':
      reading.show(withShift(view, under, states, -1));
      return true;
    case 'slices.forward':
      reading.show(withShift(view, under, states, 1));
      return true;
    case 'rest.back':
      reading.show(withShift(view, under, states.slice(1), -1));
      return true;
    case 'rest.forward':
      reading.show(withShift(view, under, states.slice(1), 1));
      return true;
    case 'slices.reset':
      reading.show(withAlignmentReset(view));
      return true;
    case 'nudge.left':
    case 'nudge.right':
    case 'nudge.up':
    case 'nudge.down':
      reading.show(nudged(view, states.slice(1), NUDGES[command](under)));
      return true;
    case 'layout.next':
      reading.show(withNextLayout(view, reading.read.display, 1));
      return true;
    case 'layout.previous':
      reading.show(withNextLayout(view, reading.read.display, -1));
      return true;
    case 'set.other':
      reading.show(withOtherSet(view, [...new Set(reading.read.slots.map(({ set }) => set))]));
      return true;
    case 'show.text':
      reading.show({ ...view, text: !view.text });
      return true;
    case 'show.borders':
      reading.show({ ...view, borders: !view.borders });
      return true;
    case 'show.contour':
      reading.show({ ...view, contour: !view.contour });
      return true;
    case 'show.interpolation':
      reading.show({ ...view, interpolate: !view.interpolate });
      return true;
    default:
      return false;
  }
}

/** The key of a command is let go. */
export function ended(command: Command, reading: Reading): void {
  const { view } = reading.snapshot();
  if (command === 'table.peek' && view.peek) reading.show({ ...view, peek: false });
}

/** Where right and down of each view lead along the volume's axes; as the planes of the slices are spanned. */
const RIGHT: Readonly<Record<ViewName, Vector>> = {
  SA: [1, 0, 0],
  VLA: [0, 0, -1],
  HLA: [1, 0, 0],
  TRA: [1, 0, 0],
  COR: [1, 0, 0],
  SAG: [0, 1, 0],
};
const DOWN: Readonly<Record<ViewName, Vector>> = {
  SA: [0, 1, 0],
  VLA: [0, 1, 0],
  HLA: [0, 0, 1],
  TRA: [0, 1, 0],
  COR: [0, 0, -1],
  SAG: [0, 0, -1],
};

const NUDGES = {
  'nudge.left': (view: ViewName) => times(RIGHT[view], -NUDGE_MM),
  'nudge.right': (view: ViewName) => times(RIGHT[view], NUDGE_MM),
  'nudge.up': (view: ViewName) => times(DOWN[view], -NUDGE_MM),
  'nudge.down': (view: ViewName) => times(DOWN[view], NUDGE_MM),
} as const;

function times([i, j, k]: Vector, mm: number): Vector {
  // Without a negative zero: it would be written into the record as one.
  return [i * mm || 0, j * mm || 0, k * mm || 0];
}

function nudged(view: View, states: readonly string[], by: Vector): View {
  return states.reduce((moved, state) => withNudge(moved, state, by), view);
}
