/** The keys as one person wants them: some moved, or those of a single letter or digit off. Kept in this browser, for this person. */
import {
  BINDINGS,
  type Binding,
  type Command,
  type Context,
  commandOf,
  isSameStroke,
  isSingle,
  type KeyNames,
  meet,
  type Press,
  printed,
  type Stroke,
  strokeOf,
} from './keys';

export interface Keys {
  bindings: readonly Binding[];
  /** Off: letters, digits and signs by themselves do something only while the segments or a question have the focus. */
  single: boolean;
  /** Commands whose key is not the usual one. */
  moved: readonly Command[];
  /** The browser says what this keyboard prints. */
  named: boolean;
}

/** Only what differs from the usual. Nothing of it says what was read. */
interface Kept {
  single: boolean;
  strokes: Partial<Record<Command, Stroke>>;
}

/** Needed to leave a dialog or to go through the page, or kept by the browser and the system. */
const RESERVED =
  /^(Escape|Tab|Shift|Control|Alt|Meta|CapsLock|NumLock|ScrollLock|Lang|Convert|NonConvert|KanaMode|ContextMenu|PrintScreen|Pause|F\d+$|Browser)/;
/** With Ctrl the browser closes, opens, loads, finds, prints, copies or enlarges: for most of these a page is not even asked. */
const OF_BROWSER = /^(Key[ACDFHJLNOPQRSTVWX]|Digit\d|Numpad(\d|Add|Subtract)|Minus|Equal|F\d+)$/;
/** With Alt it goes to another page, or into its menu. */
const LEAVING = /^(Home|Key[DEF]|Space|Enter|NumpadEnter)$/;

function isReserved({ code, ctrl, alt }: Stroke): boolean {
  return RESERVED.test(code) || (!!ctrl && OF_BROWSER.test(code)) || (!!alt && LEAVING.test(code));
}

export class Keyboard {
  private keys: Keys;
  private kept: Kept;
  private names: KeyNames | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly person: string,
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null,
    names?: Promise<KeyNames>,
  ) {
    this.kept = readFrom(storage, this.place);
    this.keys = keysFrom(this.kept, null);
    names?.then(
      (found) => {
        this.names = found;
        this.tell();
      },
      () => undefined,
    );
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Keys => this.keys;

  /** `onWidget`: the focus is on the segments or on a question, where single keys may always do something. */
  commandOf(press: Press, context: Context, onWidget = false): Command | null {
    const { bindings, single } = this.keys;
    const usable = single
      ? bindings
      : bindings.filter(
          (binding) =>
            !isSingle(binding) || (onWidget && (binding.holds === 'segments' || binding.holds === 'field')),
        );
    return commandOf(press, context, usable);
  }

  /** The key of a command as it is printed; its twins are not named. */
  printed(command: Command): string {
    const binding = this.keys.bindings.find((candidate) => candidate.command === command);
    return binding ? this.nameOf(binding) : '';
  }

  nameOf(stroke: Stroke): string {
    return printed(stroke, this.names);
  }

  /** Give a command another key. Not done, and said why, when the key is another command's or cannot be had. */
  bind(command: Command, press: Press): Command | 'reserved' | null {
    const stroke = strokeOf(press);
    if (isReserved(stroke)) return 'reserved';
    const own = this.keys.bindings.filter((binding) => binding.command === command);
    const others = this.keys.bindings.filter((binding) => binding.command !== command);
    const taken = others.find(
      (other) => own.some(({ holds }) => meet(holds, other.holds)) && calls(other, stroke, press),
    );
    if (taken) return taken.command;
    this.keep({ ...this.kept, strokes: { ...this.kept.strokes, [command]: stroke } });
    return null;
  }

  setSingle(single: boolean): void {
    this.keep({ ...this.kept, single });
  }

  /** All keys as usual, or that of one command. */
  reset(command?: Command): void {
    const strokes = { ...this.kept.strokes };
    if (command) delete strokes[command];
    this.keep({ ...this.kept, strokes: command ? strokes : {} });
  }

  private get place(): string {
    return `keys of ${this.person}`;
  }

  private keep(kept: Kept): void {
    this.kept = kept;
    try {
      this.storage?.setItem(this.place, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing has the keys until the page is left.
    }
    this.tell();
  }

  private tell(): void {
    this.keys = keysFrom(this.kept, this.names);
    for (const listener of this.listeners) listener();
  }
}

/** Whether a key of another command is this one, by its place or by what it prints on this keyboard. */
function calls(binding: Binding, stroke: Stroke, press: Press): boolean {
  return isSameStroke(binding, stroke) || (!!binding.prints && binding.prints === press.key);
}

function keysFrom({ single, strokes }: Kept, names: KeyNames | null): Keys {
  const seen = new Set<Command>();
  const bindings = BINDINGS.map((binding): Binding => {
    const stroke = seen.has(binding.command) ? undefined : strokes[binding.command];
    seen.add(binding.command);
    if (!stroke) return binding;
    const { command, holds, repeats } = binding;
    return { command, holds, ...(repeats && { repeats }), ...stroke };
  });
  return { bindings, single, moved: Object.keys(strokes) as Command[], named: names !== null };
}

function readFrom(storage: Pick<Storage, 'getItem'> | null, place: string): Kept {
  const usual: Kept = { single: true, strokes: {} };
  try {
    const text = storage?.getItem(place);
    if (!text) return usual;
    const { single, strokes } = JSON.parse(text) as Partial<Kept>;
    const known = new Set<string>(BINDINGS.map(({ command }) => command));
    const mine = Object.entries(strokes ?? {}).filter(
      ([command, stroke]) => known.has(command) && typeof stroke?.code === 'string' && !isReserved(stroke),
    );
    return { single: single !== false, strokes: Object.fromEntries(mine) };
  } catch {
    return usual;
  }
}

const keyboards = new Map<string, Keyboard>();

/** One for each person, so that every part of the page hears of a change. */
export function keyboardOf(person: string): Keyboard {
  const known = keyboards.get(person) ?? new Keyboard(person, storageOfBrowser(), namesOfBrowser());
  keyboards.set(person, known);
  return known;
}

/** Not every browser tells what a keyboard prints, and none does without a safe connection. */
function namesOfBrowser(): Promise<KeyNames> | undefined {
  const { keyboard } = navigator as { keyboard?: { getLayoutMap?: () => Promise<KeyNames> } };
  return keyboard?.getLayoutMap?.();
}

function storageOfBrowser(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
