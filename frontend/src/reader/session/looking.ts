/** What the record says of how the pictures are looked at. */
import type { ReadEvent, ViewChange } from '../ledger/events';
import type { Attention } from './attention';
import type { Focus } from './snapshot';
import { recorded, type View } from './view';

type Seen = Readonly<Record<string, string>>;

export function seen(view: View, { state, segment }: Focus): Seen {
  return { ...recorded(view), focus: `${state} ${segment}` };
}

/** How far one page has told it. */
export class Looking {
  private told: Seen;

  /** What is seen at first, and need not be told. */
  constructor(private readonly first: Seen) {
    this.told = first;
  }

  /** What of this has not been told. */
  news(now: Seen): ViewChange[] {
    const news = Object.entries(now).filter(([name, value]) => value !== this.told[name]);
    this.told = { ...this.told, ...now };
    return changes(news);
  }

  /**
   * Behind acts of another place, whose time and look the record has then, those of this page begin anew. `confirmed`: what the
   * server has of this page; `attention`: unless what comes next says it.
   */
  anew(confirmed: readonly ReadEvent[], attention: Attention | null): ViewChange[] {
    const looks = new Map(Object.entries(this.first));
    for (const event of confirmed)
      if (event.kind === 'view' && looks.has(event.name)) looks.set(event.name, event.value);
    return changes([['shown', ''], ...(attention ? [['attention', attention] as const] : []), ...looks]);
  }
}

function changes(said: Iterable<readonly [string, string]>): ViewChange[] {
  return [...said].map(([name, value]) => ({ kind: 'view', name, value }));
}
