import { ApiError } from '../../shared/api';
import { t } from '../../shared/i18n';
import type { Read } from '../api';
import { hashAt } from './chain';
import { differences, type Entry, emptyDraft, folded, isOfNow, type Now, renumbered } from './events';
import { type Answer, BATCH, type Send } from './sending';

/**
 * What of the kept acts of a read still counts when it is opened again. An act whose answer was lost may be at the server or
 * not: only its place in the chain, or the server itself, can say. What is there must not be done a second time on top of what
 * came after it: rejects where nobody says.
 */
export async function resumed(
  read: Pick<Read, 'token' | 'step' | 'amendment' | 'form' | 'draft' | 'last_seq' | 'last_hash'>,
  all: readonly Entry[],
  send: Send,
): Promise<readonly Entry[]> {
  const { token, step, last_seq: lastSeq, last_hash: lastHash } = read;
  const kept = all.filter((entry) => counts(read, entry));
  const complete = (kept.at(-1)?.seq ?? 0) >= lastSeq;
  if (complete && (await hashAt(token, kept, lastSeq)) === lastHash) {
    return kept.map((entry) => (entry.seq <= lastSeq ? { ...entry, sent: true } : entry));
  }
  const unsent = kept.filter(({ sent }) => !sent);
  const doubtful = unsent.filter(({ seq }) => seq <= lastSeq);
  const there = await known(doubtful, async (entries) =>
    isThere(
      await send(
        token,
        step.number,
        entries.map(({ event }) => event),
      ),
    ),
  );
  // All that was done here is at the server, and yet the chain is another: the queue says so.
  if (complete && there === doubtful.length) return kept;
  const left = unsent.slice(there);
  // How the pictures were looked at contradicts nobody, here or there.
  return left.every(({ event }) => event.kind === 'view') || onlyLooked(read, kept, left)
    ? left.map((entry, index) => renumbered(entry, lastSeq + 1 + index))
    : left;
}

/** Whether the read says what it said before the first of these acts; unknown where not all before it was done here. */
function onlyLooked(
  { form, draft }: Pick<Read, 'form' | 'draft'>,
  kept: readonly Entry[],
  left: readonly Entry[],
): boolean {
  const before = kept.filter(({ seq }) => seq < (left[0]?.seq ?? 0));
  if (!draft || !before.every(({ seq }, index) => seq === index + 1)) return false;
  const said = folded(
    emptyDraft(form),
    before.map(({ event }) => event),
  );
  return before.length + 1 === left[0]?.seq && differences(draft, said).length === 0;
}

/** Nothing can be added to what is signed, nor can a step begin before the one before it: after a restore, it may be open again. */
function counts(read: Now & Pick<Read, 'last_seq'>, entry: Entry): boolean {
  return isOfNow(read, entry) || (entry.sent && entry.seq <= read.last_seq);
}

/**
 * The scores and answers of this computer that are not at the server and have no place in what is open now, behind what lies
 * aside already and numbered to lie there.
 */
export async function leftOut(
  read: Now & Pick<Read, 'token' | 'last_seq' | 'last_hash'>,
  all: readonly Entry[],
  aside: readonly Entry[] = [],
): Promise<Entry[]> {
  const left = (await missed(read, all)).filter((entry) => !counts(read, entry));
  return [...aside, ...left].map((entry, index) => ({ ...entry, sent: false, seq: -1 - index }));
}

/** How many scores and answers of this computer are not at the server, as far as can be told from here. */
export async function unsentActs(
  read: Pick<Read, 'token' | 'last_seq' | 'last_hash'>,
  kept: readonly Entry[],
): Promise<number> {
  return (await missed(read, kept)).filter(({ sent }) => !sent).length;
}

/** The scores and answers that are not known to be at the server by their place in its chain. */
async function missed(
  { token, last_seq: lastSeq, last_hash: lastHash }: Pick<Read, 'token' | 'last_seq' | 'last_hash'>,
  kept: readonly Entry[],
): Promise<readonly Entry[]> {
  const reached = (await hashAt(token, kept, lastSeq)) === lastHash ? lastSeq : 0;
  return kept.filter(({ seq, event }) => seq > reached && event.kind !== 'view');
}

/** How many of these acts, from the first on, the server has: their numbers are taken, so it can only know them or refuse. */
async function known(
  entries: readonly Entry[],
  accepted: (entries: readonly Entry[]) => Promise<boolean>,
): Promise<number> {
  let count = 0;
  for (let size = BATCH; count < entries.length; ) {
    const some = entries.slice(count, count + size);
    if (await accepted(some)) count += some.length;
    else if (size === 1) break;
    else size = 1;
  }
  return count;
}

/** No other answer says anything of an act: how it would go on then, only another opening can find out. */
function isThere(answer: Answer): boolean {
  switch (answer.kind) {
    case 'accepted':
      return true;
    case 'sequence':
      return false;
    case 'signedOut':
      throw new ApiError(401, 'not_authenticated', t('error.status', { status: '401' }));
    case 'signed':
      throw new ApiError(409, 'signed', t('reader.signedElsewhere.nothing'));
    case 'refused':
      throw new ApiError(409, 'refused', answer.message);
    case 'unreachable':
      throw new ApiError(0, 'network', t('error.network'));
  }
}
