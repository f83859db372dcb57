/** What each key does to a read. Commands that open something belong to the page and are not handled here. */
import { NO_SHIFT } from '../picture/layout';
import type { ViewName } from '../picture/slices';
import type { Command } from './keys';
import type { Reading } from './reading';
import { WINDOW_STEP, withLimit, withLinked, withNextTable, withShift, withWindowReset } from './view';

/** True when the command was one of these. `under` is the view under the pointer, which the slice keys move. */
export function perform(command: Command, reading: Reading, under: ViewName): boolean {
  const { view, focus } = reading.snapshot();
  const limit = (which: 'low' | 'high', step: number) =>
    reading.show(withLimit(view, focus.state, which, view.windows[focus.state][which] + step));
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
      reading.moveAcross('outward');
      return true;
    case 'segment.inward':
      reading.moveAcross('inward');
      return true;
    case 'state.toggle':
      reading.toggleState();
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
      reading.show({ ...view, peek: true });
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
      reading.show(withShift(view, under, 'both', -1));
      return true;
    case 'slices.forward':
      reading.show(withShift(view, under, 'both', 1));
      return true;
    case 'rest.back':
      reading.show(withShift(view, under, 'rest', -1));
      return true;
    case 'rest.forward':
      reading.show(withShift(view, under, 'rest', 1));
      return true;
    case 'slices.reset':
      reading.show({ ...view, shifts: NO_SHIFT });
      return true;
    case 'show.text':
      reading.show({ ...view, text: !view.text });
      return true;
    case 'show.borders':
      reading.show({ ...view, borders: !view.borders });
      return true;
    default:
      return false;
  }
}
