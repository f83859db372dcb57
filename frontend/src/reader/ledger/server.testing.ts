import type { Form, Read } from '../api';
import { chained, chainStart } from './chain';
import { type Draft, emptyDraft, folded, type ReadEvent } from './events';
import { READ } from './forms.testing';
import type { Answer, Reached, Send } from './sending';

/** The server's side of the agreement: numbered, chained, known by id, nothing after a signature. */
export class Server {
  events: ReadEvent[] = [];
  reachable = true;
  /** Says what a read looks like now. */
  tells = true;
  signedIn = true;
  signed = false;
  step = 1;
  /** Takes the events, but the answer is lost on the way. */
  losesAnswer = false;
  refusal: string | null = null;
  /** A server that does not keep what it was given. */
  altered = (event: ReadEvent): ReadEvent => event;
  requests = 0;

  constructor(
    readonly form: Form,
    readonly token = 'a-read',
  ) {}

  send: Send = async (_token, step, events): Promise<Answer> => {
    this.requests++;
    if (!this.reachable) return { kind: 'unreachable' };
    if (!this.signedIn) return { kind: 'signedOut' };
    if (this.signed || step !== this.step) return { kind: 'signed' };
    if (this.refusal) return { kind: 'refused', message: this.refusal };
    const before = this.events.length;
    for (const event of events) {
      if (this.events.some(({ id, seq }) => id === event.id && seq === event.seq)) continue;
      if (event.seq !== this.events.length + 1) {
        this.events = this.events.slice(0, before);
        return { kind: 'sequence', lastSeq: before };
      }
      this.events.push(this.altered(event));
    }
    if (this.losesAnswer) return { kind: 'unreachable' };
    const { lastSeq, lastHash } = await this.reached();
    return { kind: 'accepted', lastSeq, hash: lastHash };
  };

  latest = async (): Promise<Read> => {
    if (!this.reachable || !this.tells) throw new TypeError('Nobody answers.');
    const { lastSeq: last_seq, lastHash: last_hash } = await this.reached();
    const { token, form, step, signed } = this;
    const said = {
      state: signed ? ('signed' as const) : ('open' as const),
      draft: signed ? null : this.draft,
    };
    return { ...READ, token, form, step: { number: step }, last_seq, last_hash, ...said };
  };

  async reached(): Promise<Reached> {
    const events = [...this.events];
    let lastHash = await chainStart(this.token);
    for (const event of events) lastHash = await chained(lastHash, event);
    return { lastSeq: events.length, lastHash };
  }

  get draft(): Draft {
    return folded(emptyDraft(this.form), this.events);
  }
}
