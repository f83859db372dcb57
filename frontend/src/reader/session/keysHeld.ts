import type { Command } from './keys';

/** Keys that are held, each with the command it called; the end of each is told once, at the latest when the window is left. */
export class KeysHeld {
  private readonly held = new Map<string, Command>();

  constructor(private readonly release: (command: Command) => void) {}

  press(code: string, command: Command): void {
    this.held.set(code, command);
  }

  /** Listens until what it returns is called; then all are let go. */
  listen(): () => void {
    const up = ({ code }: KeyboardEvent) => this.letGo(code);
    const all = () => {
      for (const code of [...this.held.keys()]) this.letGo(code);
    };
    window.addEventListener('keyup', up);
    window.addEventListener('blur', all);
    return () => {
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', all);
      all();
    };
  }

  private letGo(code: string): void {
    const command = this.held.get(code);
    this.held.delete(code);
    if (command) this.release(command);
  }
}
