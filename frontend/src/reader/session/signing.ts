import { fetchRead, fetchWorklist, type Read, type Signed } from '../api';

export type Found =
  | { kind: 'signed'; signed: Signed }
  /** Signed, but not what is shown here. */
  | { kind: 'elsewhere' }
  | { kind: 'open' };

/** When nobody heard what became of a signature: what the server has. */
export async function found(read: Pick<Read, 'token' | 'step'>, shown: string): Promise<Found> {
  const { token, step } = read;
  const there = await fetchRead(token, { stay: true });
  if (there.state === 'open' && there.step.number === step.number) return { kind: 'open' };
  // A step that was signed is followed by the next one of the same read.
  const more = there.state === 'open' && there.step.number === step.number + 1;
  const signature = more ? there.step_before : there.signature;
  if (signature?.content_sha256 !== shown) return { kind: 'elsewhere' };
  const { studies, break_due } = await fetchWorklist({ stay: true });
  const study = studies.find(({ signed }) => signed.some((one) => one.token === token));
  const { next = null, upcoming = [], waiting = null } = study ?? {};
  return { kind: 'signed', signed: { signature, next, upcoming, more, waiting, break_due } };
}
