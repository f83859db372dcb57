/** How long the rest of some work will take, judged by the last seconds of it. */
export class Pace {
  private marks: [at: number, done: number][] = [];

  /** span: how far back to look, milliseconds. */
  constructor(private readonly span = 20_000) {}

  /** So much (files, bytes) is done at a time in milliseconds. */
  note(done: number, at: number): void {
    this.marks.push([at, done]);
    while (this.marks.length > 2 && (this.marks[1]?.[0] ?? at) <= at - this.span) this.marks.shift();
  }

  /** Seconds until `total` is done; null while nothing can be said. */
  left(total: number): number | null {
    const first = this.marks[0];
    const last = this.marks.at(-1);
    if (!first || !last || last[0] - first[0] < 2000 || last[1] <= first[1]) return null;
    const perSecond = ((last[1] - first[1]) / (last[0] - first[0])) * 1000;
    return Math.max(0, (total - last[1]) / perSecond);
  }
}

export type Span = { unit: 'moment' } | { unit: 'seconds' | 'minutes' | 'hours'; count: number };

/** As people say it: a moment, 20 seconds, 3 minutes. Rounded up, so that a promise is rather kept than broken. */
export function spoken(seconds: number): Span {
  if (seconds < 5) return { unit: 'moment' };
  if (seconds <= 60) return { unit: 'seconds', count: Math.ceil(seconds / 10) * 10 };
  if (seconds <= 90 * 60) return { unit: 'minutes', count: Math.ceil(seconds / 60) };
  return { unit: 'hours', count: Math.ceil(seconds / 3600) };
}
