/**
 * The keys of the reading page. They are told by their place on the keyboard (`code`), because a Japanese input method reports
 * every key as "Process". Brackets and the question mark are told by what they print where the browser says it: they lie
 * elsewhere on a Japanese keyboard.
 */
// biome-ignore format: by subject
export type Command =
  | 'score.0'
  | 'score.1'
  | 'score.2'
  | 'score.3'
  | 'score.4'
  | 'score.NE'
  | 'score.clear'
  | 'segment.next'
  | 'segment.previous'
  | 'segment.outward'
  | 'segment.inward'
  | 'state.toggle'
  | 'field.1'
  | 'field.2'
  | 'field.3'
  | 'field.4'
  | 'field.5'
  | 'field.leave'
  | 'field.next'
  | 'field.comment'
  | 'history.undo'
  | 'history.redo'
  | 'score.allNormal'
  | 'table.next'
  | 'table.previous'
  | 'table.peek'
  | 'window.upperDown'
  | 'window.upperUp'
  | 'window.lowerDown'
  | 'window.lowerUp'
  | 'window.reset'
  | 'window.link'
  | 'slices.back'
  | 'slices.forward'
  | 'rest.back'
  | 'rest.forward'
  | 'slices.reset'
  | 'show.text'
  | 'show.borders'
  | 'show.fullScreen'
  | 'show.keys'
  | 'read.finish';

/** `segments`: the 17 segments take the keys; `field`: a question of the form does. `page` holds in both. */
export type Context = 'page' | 'segments' | 'field';

export interface Binding {
  command: Command;
  context: Context;
  code: string;
  /** What the key prints, for keys whose place differs between keyboards. */
  prints?: string;
  shift?: true;
  ctrl?: true;
  /** Holding the key repeats the command. Never for scores: a heavy finger must not score a whole wall. */
  repeats?: true;
}

const digits = (command: 'score' | 'field', context: Context, numbers: readonly number[]): Binding[] =>
  numbers.flatMap((number) => [
    { command: `${command}.${number}` as Command, context, code: `Digit${number}` },
    { command: `${command}.${number}` as Command, context, code: `Numpad${number}` },
  ]);

export const BINDINGS: readonly Binding[] = [
  ...digits('score', 'segments', [0, 1, 2, 3, 4]),
  { command: 'score.NE', context: 'segments', code: 'KeyN' },
  { command: 'score.NE', context: 'segments', code: 'NumpadDecimal' },
  { command: 'score.clear', context: 'segments', code: 'Backspace', repeats: true },
  { command: 'segment.next', context: 'segments', code: 'ArrowRight', repeats: true },
  { command: 'segment.previous', context: 'segments', code: 'ArrowLeft', repeats: true },
  { command: 'segment.outward', context: 'segments', code: 'ArrowUp', repeats: true },
  { command: 'segment.inward', context: 'segments', code: 'ArrowDown', repeats: true },
  { command: 'state.toggle', context: 'segments', code: 'Space' },
  ...digits('field', 'field', [1, 2, 3, 4, 5]),
  { command: 'field.leave', context: 'field', code: 'Escape' },
  { command: 'field.next', context: 'page', code: 'KeyQ' },
  { command: 'field.comment', context: 'page', code: 'KeyT' },
  { command: 'score.allNormal', context: 'page', code: 'KeyA', shift: true },
  { command: 'history.undo', context: 'page', code: 'KeyZ', repeats: true },
  { command: 'history.undo', context: 'page', code: 'KeyZ', ctrl: true, repeats: true },
  { command: 'history.redo', context: 'page', code: 'KeyZ', shift: true, repeats: true },
  { command: 'history.redo', context: 'page', code: 'KeyZ', shift: true, ctrl: true, repeats: true },
  { command: 'history.redo', context: 'page', code: 'KeyY', ctrl: true, repeats: true },
  { command: 'table.next', context: 'page', code: 'KeyC' },
  { command: 'table.previous', context: 'page', code: 'KeyC', shift: true },
  { command: 'table.peek', context: 'page', code: 'KeyG' },
  { command: 'window.upperDown', context: 'page', code: 'BracketLeft', prints: '[', repeats: true },
  { command: 'window.upperUp', context: 'page', code: 'BracketRight', prints: ']', repeats: true },
  {
    command: 'window.lowerDown',
    context: 'page',
    code: 'BracketLeft',
    prints: '{',
    shift: true,
    repeats: true,
  },
  {
    command: 'window.lowerUp',
    context: 'page',
    code: 'BracketRight',
    prints: '}',
    shift: true,
    repeats: true,
  },
  { command: 'window.reset', context: 'page', code: 'KeyW' },
  { command: 'window.link', context: 'page', code: 'KeyL' },
  { command: 'slices.back', context: 'page', code: 'KeyJ', repeats: true },
  { command: 'slices.forward', context: 'page', code: 'KeyK', repeats: true },
  { command: 'rest.back', context: 'page', code: 'KeyJ', shift: true, repeats: true },
  { command: 'rest.forward', context: 'page', code: 'KeyK', shift: true, repeats: true },
  { command: 'slices.reset', context: 'page', code: 'Home' },
  { command: 'show.text', context: 'page', code: 'KeyH' },
  { command: 'show.borders', context: 'page', code: 'KeyO' },
  { command: 'show.fullScreen', context: 'page', code: 'KeyF' },
  { command: 'show.keys', context: 'page', code: 'Slash', prints: '?', shift: true },
  { command: 'read.finish', context: 'page', code: 'Enter', ctrl: true },
  { command: 'read.finish', context: 'page', code: 'NumpadEnter', ctrl: true },
];

export interface Press {
  code: string;
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
  isComposing: boolean;
}

/** The command of a key press, or null when it is none of ours. */
export function commandOf(press: Press, context: 'segments' | 'field'): Command | null {
  if (press.isComposing || press.altKey) return null;
  const found = BINDINGS.find(
    (binding) =>
      (binding.context === 'page' || binding.context === context) &&
      (binding.ctrl ?? false) === (press.ctrlKey || press.metaKey) &&
      pressed(binding, press),
  );
  return found && (found.repeats || !press.repeat) ? found.command : null;
}

function pressed({ code, prints, shift }: Binding, press: Press): boolean {
  const legible = press.key !== 'Process' && press.key !== 'Unidentified';
  if (prints && legible) return press.key === prints;
  return press.code === code && (shift ?? false) === press.shiftKey;
}

/** Two bindings that one press would call in one context; the test wants none. */
export function conflicts(bindings: readonly Binding[]): [Binding, Binding][] {
  return bindings.flatMap((one, index) =>
    bindings.slice(index + 1).flatMap((other): [Binding, Binding][] => {
      const meet = one.context === other.context || one.context === 'page' || other.context === 'page';
      const same =
        one.code === other.code && (one.shift ?? false) === (other.shift ?? false) && one.ctrl === other.ctrl;
      return meet && same ? [[one, other]] : [];
    }),
  );
}
