/**
 * The keys of the reading page. They are told by their place on the keyboard (`code`), because a Japanese input method reports
 * every key as "Process". Where the browser says what a key prints, that tells brackets and the question mark, which lie
 * elsewhere on a Japanese keyboard, letters with Ctrl, and the figures of the number pad.
 */
// biome-ignore format: by subject
export type Command =
  | 'score.0' | 'score.1' | 'score.2' | 'score.3' | 'score.4' | 'score.NE' | 'score.clear' | 'score.allNormal'
  | 'segment.next' | 'segment.previous' | 'segment.outward' | 'segment.inward' | 'state.toggle'
  | 'field.leave' | 'field.next' | 'field.comment'
  | 'history.undo' | 'history.redo'
  | 'table.next' | 'table.previous' | 'table.peek'
  | 'window.upperDown' | 'window.upperUp' | 'window.lowerDown' | 'window.lowerUp' | 'window.reset' | 'window.link'
  | 'slices.back' | 'slices.forward' | 'slices.reset' | 'rest.back' | 'rest.forward'
  | 'nudge.left' | 'nudge.right' | 'nudge.up' | 'nudge.down'
  | 'layout.next' | 'layout.previous' | 'set.other'
  | 'show.text' | 'show.borders' | 'show.contour' | 'show.interpolation' | 'show.fullScreen' | 'show.keys'
  | 'show.lightbox' | 'show.cine' | 'show.projections'
  | 'lightbox.back' | 'lightbox.forward'
  | 'cine.play' | 'cine.back' | 'cine.forward'
  | 'picture.close'
  | 'read.finish';

/** Who has the keys: the segments, a question of the form, or one of the two dialogs of pictures. In other dialogs nobody. */
export type Context = 'segments' | 'field' | 'lightbox' | 'cine';

/** The contexts in which a binding holds. */
const HOLDS_IN = {
  segments: ['segments'],
  field: ['field'],
  lightbox: ['lightbox'],
  cine: ['cine'],
  page: ['segments', 'field'],
  dialogs: ['lightbox', 'cine'],
  /** How the pictures of the page look, also when one of them is enlarged. */
  looks: ['segments', 'field', 'lightbox'],
  pictures: ['segments', 'field', 'lightbox', 'cine'],
} as const satisfies Record<string, readonly Context[]>;

/** A key and what is held with it. */
export interface Stroke {
  code: string;
  /** What the key prints, for keys whose place differs between keyboards. */
  prints?: string;
  shift?: true;
  ctrl?: true;
  alt?: true;
}

export interface Binding extends Stroke {
  command: Command;
  holds: keyof typeof HOLDS_IN;
  /** Holding the key repeats the command. Never for scores: a heavy finger must not score a whole wall. */
  repeats?: true;
}

type Given = string | Stroke;

function bound(holds: Binding['holds'], command: Command, ...strokes: Given[]): Binding[] {
  return strokes.map((given) => ({
    command,
    holds,
    ...(typeof given === 'string' ? { code: given } : given),
  }));
}

function repeating(holds: Binding['holds'], command: Command, ...strokes: Given[]): Binding[] {
  return bound(holds, command, ...strokes).map((binding) => ({ ...binding, repeats: true }));
}

const shift = (code: string, prints?: string): Stroke => ({ code, shift: true, ...(prints && { prints }) });
const ctrl = (code: string): Stroke => ({ code, ctrl: true });
const alt = (code: string): Stroke => ({ code, alt: true });

/** The first key of a command is the one that is shown and that can be changed; its twins stay. */
export const BINDINGS: readonly Binding[] = [
  ...([0, 1, 2, 3, 4] as const).flatMap((n) => bound('segments', `score.${n}`, `Digit${n}`, `Numpad${n}`)),
  ...bound('segments', 'score.NE', 'KeyN', 'NumpadDecimal'),
  ...repeating('segments', 'score.clear', 'Backspace'),
  ...repeating('segments', 'segment.next', 'ArrowRight'),
  ...repeating('segments', 'segment.previous', 'ArrowLeft'),
  ...repeating('segments', 'segment.outward', 'ArrowUp'),
  ...repeating('segments', 'segment.inward', 'ArrowDown'),
  ...bound('segments', 'state.toggle', 'Space'),
  ...bound('segments', 'show.lightbox', 'Enter', 'NumpadEnter'),
  ...bound('field', 'field.leave', 'Escape'),
  ...bound('page', 'field.next', 'KeyQ'),
  ...bound('page', 'field.comment', 'KeyT'),
  ...bound('page', 'score.allNormal', shift('KeyA')),
  ...repeating('page', 'history.undo', 'KeyZ', ctrl('KeyZ')),
  ...repeating('page', 'history.redo', shift('KeyZ'), { ...ctrl('KeyZ'), shift: true }, ctrl('KeyY')),
  ...bound('pictures', 'table.next', 'KeyC'),
  ...bound('pictures', 'table.previous', shift('KeyC')),
  ...bound('looks', 'table.peek', 'KeyG'),
  ...repeating('pictures', 'window.upperDown', { code: 'BracketLeft', prints: '[' }),
  ...repeating('pictures', 'window.upperUp', { code: 'BracketRight', prints: ']' }),
  ...repeating('looks', 'window.lowerDown', shift('BracketLeft', '{')),
  ...repeating('looks', 'window.lowerUp', shift('BracketRight', '}')),
  ...bound('looks', 'window.reset', 'KeyW'),
  ...bound('looks', 'window.link', 'KeyL'),
  ...repeating('page', 'slices.back', 'KeyJ'),
  ...repeating('page', 'slices.forward', 'KeyK'),
  ...repeating('page', 'rest.back', shift('KeyJ')),
  ...repeating('page', 'rest.forward', shift('KeyK')),
  ...bound('page', 'slices.reset', 'Home'),
  ...repeating('page', 'nudge.left', alt('ArrowLeft')),
  ...repeating('page', 'nudge.right', alt('ArrowRight')),
  ...repeating('page', 'nudge.up', alt('ArrowUp')),
  ...repeating('page', 'nudge.down', alt('ArrowDown')),
  ...bound('page', 'layout.next', 'KeyY'),
  ...bound('page', 'layout.previous', shift('KeyY')),
  ...bound('page', 'set.other', 'KeyS'),
  ...bound('looks', 'show.text', 'KeyH'),
  ...bound('looks', 'show.borders', 'KeyO'),
  ...bound('looks', 'show.contour', 'KeyB'),
  ...bound('looks', 'show.interpolation', 'KeyI'),
  ...bound('page', 'show.cine', 'KeyE'),
  ...bound('page', 'show.projections', 'KeyM'),
  ...bound('page', 'show.fullScreen', 'KeyF'),
  ...bound('page', 'show.keys', shift('Slash', '?')),
  ...repeating('lightbox', 'lightbox.back', 'ArrowUp', 'ArrowLeft', 'KeyJ'),
  ...repeating('lightbox', 'lightbox.forward', 'ArrowDown', 'ArrowRight', 'KeyK'),
  ...bound('cine', 'cine.play', 'KeyP', 'Space'),
  ...repeating('cine', 'cine.back', 'Comma', 'ArrowLeft'),
  ...repeating('cine', 'cine.forward', 'Period', 'ArrowRight'),
  ...bound('dialogs', 'picture.close', 'Enter', 'NumpadEnter'),
  ...bound('page', 'read.finish', ctrl('Enter'), ctrl('NumpadEnter')),
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
export function commandOf(
  press: Press,
  context: Context,
  bindings: readonly Binding[] = BINDINGS,
): Command | null {
  if (press.isComposing) return null;
  const found = bindings.find((binding) => isIn(binding, context) && isPressed(binding, press));
  return found && (found.repeats || !press.repeat) ? found.command : null;
}

function isIn({ holds }: Binding, context: Context): boolean {
  return (HOLDS_IN[holds] as readonly Context[]).includes(context);
}

function isPressed(
  { code, prints, shift: withShift, ctrl: withCtrl, alt: withAlt }: Stroke,
  press: Press,
): boolean {
  const control = press.ctrlKey || press.metaKey;
  // Keyboards that print brackets with AltGr report it as Ctrl and Alt together.
  const printing = control === press.altKey;
  if (prints && isLegible(press)) return printing && press.key === prints;
  return (
    placeOf(press) === code &&
    (withShift ?? false) === press.shiftKey &&
    (withCtrl ?? false) === control &&
    (withAlt ?? false) === press.altKey
  );
}

function isLegible({ key }: Pick<Press, 'key'>): boolean {
  return key !== 'Process' && key !== 'Unidentified';
}

const FIGURE_OF_PAD = /^Numpad(\d|Decimal)$/;

/**
 * The place of a key as the table names it; null for a key of the number pad that prints no figure: without Num Lock it is an
 * arrow, and must not score. With Ctrl the letter counts, not its place: Ctrl+Z lies elsewhere on a German keyboard.
 */
export function placeOf(press: Pick<Press, 'code' | 'key' | 'ctrlKey' | 'metaKey'>): string | null {
  const { code, key, ctrlKey, metaKey } = press;
  if (!isLegible(press)) return code;
  if (FIGURE_OF_PAD.test(code) && !/^[\d.,]$/.test(key)) return null;
  return (ctrlKey || metaKey) && /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : code;
}

/** The key that was pressed, as one that a command can have. */
export function strokeOf(press: Press): Stroke {
  const { code, shiftKey, ctrlKey, metaKey, altKey } = press;
  return {
    code: placeOf(press) ?? code,
    ...(shiftKey && { shift: true }),
    ...((ctrlKey || metaKey) && { ctrl: true }),
    ...(altKey && { alt: true }),
  };
}

/** A letter, a digit or a sign by itself: what somebody who speaks to the computer presses without wanting to. */
export function isSingle({ code, ctrl: withCtrl, alt: withAlt }: Stroke): boolean {
  return !withCtrl && !withAlt && PRINTING.test(code);
}

const PRINTING =
  /^(Key|Digit|Numpad(?!Enter)|Bracket|Slash|Backslash|Comma|Period|Minus|Equal|Semicolon|Quote|Backquote|Intl)/;

export function meet(one: Binding['holds'], other: Binding['holds']): boolean {
  return HOLDS_IN[one].some((context) => (HOLDS_IN[other] as readonly Context[]).includes(context));
}

export function isSameStroke(one: Stroke, other: Stroke): boolean {
  return (
    one.code === other.code && one.shift === other.shift && one.ctrl === other.ctrl && one.alt === other.alt
  );
}

/** Two bindings that one press would call in one context; the test wants none. */
export function conflicts(bindings: readonly Binding[]): [Binding, Binding][] {
  return bindings.flatMap((one, index) =>
    bindings
      .slice(index + 1)
      .filter((other) => meet(one.holds, other.holds) && isSameStroke(one, other))
      .map((other): [Binding, Binding] => [one, other]),
  );
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Backspace: '⌫',
  BracketLeft: '[',
  BracketRight: ']',
  Slash: '/',
  Backslash: '\\',
  Comma: ',',
  Period: '.',
  Semicolon: ';',
  Minus: '-',
  NumpadDecimal: 'Num .',
};

/** What the keys of this keyboard print, by their place; the browser may know it. */
export type KeyNames = ReadonlyMap<string, string>;

/** Keys that print something else on other keyboards. A digit is on all of them, if not always by itself. */
const DIFFERS = /^(Key|Bracket|Slash|Backslash|Comma|Period|Minus|Equal|Semicolon|Quote|Backquote|Intl)/;

/** A key as it is printed on the keyboard: "Shift+Z". Without names, on one of the United States. With Ctrl a letter is itself. */
export function printed(stroke: Stroke, names?: KeyNames | null): string {
  const { code, prints, shift: withShift, ctrl: withCtrl, alt: withAlt } = stroke;
  if (prints === '?') return prints;
  const own = prints || withCtrl || !DIFFERS.test(code) ? undefined : names?.get(code)?.toUpperCase();
  const key = own ?? SIGNS[code] ?? code.replace(/^(Key|Digit)/, '').replace(/^Numpad/, 'Num ');
  return `${withCtrl ? 'Ctrl+' : ''}${withAlt ? 'Alt+' : ''}${withShift ? 'Shift+' : ''}${key}`;
}
