/** Whether the reader is at the pictures: active, idle for a minute or more, or away from the page. */
export type Attention = 'active' | 'idle' | 'hidden';

const IDLE_AFTER_MS = 60_000;

/** Starts with the first complete picture. `changed` is told each change with the moment at which it happened. */
export class AttentionClock {
  /** Null before the start. */
  state: Attention | null = null;
  private lastInput = 0;
  private since = 0;
  private activeBefore = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly now: () => number,
    private readonly changed: (state: Attention, at: number) => void,
  ) {}

  start(visible: boolean): void {
    if (this.state !== null) return;
    this.lastInput = this.now();
    this.become(visible ? 'active' : 'hidden', this.lastInput);
    this.watch();
  }

  /** A key, a click, the wheel or a movement of the pointer. */
  input(): void {
    const now = this.now();
    if (this.state === 'active' && now - this.lastInput >= IDLE_AFTER_MS) this.rest();
    this.lastInput = now;
    if (this.state === 'idle') this.become('active', now);
    if (this.state === 'active') this.watch();
  }

  visible(visible: boolean): void {
    if (this.state === null) return;
    const now = this.now();
    if (!visible) {
      if (this.state === 'active' && now - this.lastInput >= IDLE_AFTER_MS) this.rest();
      clearTimeout(this.timer);
      this.become('hidden', now);
      return;
    }
    if (this.state !== 'hidden') return;
    this.lastInput = now;
    this.become('active', now);
    this.watch();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Time spent active since the start. */
  get activeMs(): number {
    return this.activeBefore + (this.state === 'active' ? this.now() - this.since : 0);
  }

  private watch(): void {
    clearTimeout(this.timer);
    if (this.state === 'active') this.timer = setTimeout(() => this.check(), IDLE_AFTER_MS);
  }

  /** A timer may come late, when the computer slept: idle began a minute after the last input all the same. */
  private check(): void {
    const left = this.lastInput + IDLE_AFTER_MS - this.now();
    if (left > 0) this.timer = setTimeout(() => this.check(), left);
    else if (this.state === 'active') this.rest();
  }

  private rest(): void {
    this.become('idle', this.lastInput + IDLE_AFTER_MS);
  }

  private become(state: Attention, at: number): void {
    if (state === this.state) return;
    if (this.state === 'active') this.activeBefore += at - this.since;
    this.state = state;
    this.since = at;
    this.changed(state, at);
  }
}
