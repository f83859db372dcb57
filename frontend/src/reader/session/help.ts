import type { MessageKey } from '../../shared/i18n';
import type { Read } from '../api';
import type { Command } from './keys';
import { canPeek, type View } from './view';

type HelpKey = Extract<MessageKey, `reader.key.${string}`>;

/** What is said of the keys, and how they stand together. Every command is in one of these lines; the test makes sure of it. */
export const HELP: readonly { text: HelpKey; commands: readonly Command[] }[] = [
  { text: 'reader.key.score', commands: ['score.0', 'score.1', 'score.2', 'score.3', 'score.4'] },
  { text: 'reader.key.notEvaluable', commands: ['score.NE'] },
  { text: 'reader.key.clear', commands: ['score.clear'] },
  { text: 'reader.key.segment', commands: ['segment.previous', 'segment.next'] },
  { text: 'reader.key.across', commands: ['segment.outward', 'segment.inward'] },
  { text: 'reader.key.state', commands: ['state.toggle'] },
  { text: 'reader.key.allNormal', commands: ['score.allNormal'] },
  { text: 'reader.key.undo', commands: ['history.undo', 'history.redo'] },
  { text: 'reader.key.field', commands: ['field.next'] },
  { text: 'reader.key.leave', commands: ['field.leave'] },
  { text: 'reader.key.comment', commands: ['field.comment'] },
  { text: 'reader.key.finish', commands: ['read.finish'] },
  { text: 'reader.key.table', commands: ['table.next', 'table.previous'] },
  { text: 'reader.key.peek', commands: ['table.peek'] },
  { text: 'reader.key.upper', commands: ['window.upperDown', 'window.upperUp'] },
  { text: 'reader.key.lower', commands: ['window.lowerDown', 'window.lowerUp'] },
  { text: 'reader.key.window', commands: ['window.reset'] },
  { text: 'reader.key.link', commands: ['window.link'] },
  { text: 'reader.key.slices', commands: ['slices.back', 'slices.forward'] },
  { text: 'reader.key.rest', commands: ['rest.back', 'rest.forward'] },
  { text: 'reader.key.nudge', commands: ['nudge.left', 'nudge.right', 'nudge.up', 'nudge.down'] },
  { text: 'reader.key.align', commands: ['slices.reset'] },
  { text: 'reader.key.layout', commands: ['layout.next', 'layout.previous'] },
  { text: 'reader.key.set', commands: ['set.other'] },
  { text: 'reader.key.lightbox', commands: ['show.lightbox'] },
  { text: 'reader.key.lightboxSlice', commands: ['lightbox.back', 'lightbox.forward'] },
  { text: 'reader.key.gated', commands: ['show.cine'] },
  { text: 'reader.key.projections', commands: ['show.projections'] },
  { text: 'reader.key.play', commands: ['cine.play'] },
  { text: 'reader.key.frame', commands: ['cine.back', 'cine.forward'] },
  { text: 'reader.key.close', commands: ['picture.close'] },
  { text: 'reader.key.borders', commands: ['show.borders'] },
  { text: 'reader.key.contour', commands: ['show.contour'] },
  { text: 'reader.key.interpolation', commands: ['show.interpolation'] },
  { text: 'reader.key.text', commands: ['show.text'] },
  { text: 'reader.key.fullScreen', commands: ['show.fullScreen'] },
  { text: 'reader.key.keys', commands: ['show.keys'] },
];

/** Of one state only there is nothing to compare. */
const BETWEEN_STATES = /^(state|rest|nudge)\.|^window\.link$/;

/** Whether a command can do anything in this read; one that cannot is not offered. */
export function isOffered(command: Command, { form, slots }: Read, view: View): boolean {
  if (command === 'table.peek') return canPeek(view);
  if (command === 'set.other') return new Set(slots.map(({ set }) => set)).size > 1;
  if (command === 'show.contour') return slots.some(({ contour }) => contour);
  if (command === 'show.borders') return form.regions.length === 0;
  return form.states.length > 1 || !BETWEEN_STATES.test(command);
}
