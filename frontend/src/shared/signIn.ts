import { csrfToken, get } from './api';
import type { Session } from './api/types';

const ADDRESS = '/accounts/sign-in';

export type SigningIn =
  | { kind: 'in' }
  | { kind: 'wrong' }
  /** Too many passwords were wrong. */
  | { kind: 'wait'; minutes: number }
  /** This browser is signed in as somebody else, with whose name nothing of this page may be sent. */
  | { kind: 'another'; name: string };

/** Sign in without leaving the page. Throws when the server did not say what became of it. */
export async function signInHere(email: string, password: string): Promise<SigningIn> {
  // The page of that address brings the token that its form needs.
  await fetch(ADDRESS, { credentials: 'same-origin', redirect: 'manual' });
  const answer = await fetch(ADDRESS, {
    method: 'POST',
    credentials: 'same-origin',
    redirect: 'manual',
    headers: { 'X-CSRFToken': csrfToken() },
    body: new URLSearchParams({ username: email, password }),
  });
  if (answer.status === 429) {
    return { kind: 'wait', minutes: Math.ceil(Number(answer.headers.get('Retry-After')) / 60) };
  }
  // The form comes back when it is not satisfied.
  if (answer.ok) return { kind: 'wrong' };
  if (answer.type !== 'opaqueredirect') throw new Error(`Signing in was answered with ${answer.status}.`);
  // It leads on whoever is signed in, perhaps somebody else in another tab: the server knows who.
  const { user } = await get<Session>('/api/session', { stay: true });
  const same = user.email.toLowerCase() === email.toLowerCase();
  return same ? { kind: 'in' } : { kind: 'another', name: user.full_name };
}
