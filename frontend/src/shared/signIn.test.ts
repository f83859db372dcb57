// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest';
import { signInHere } from './signIn';

const REDIRECT = { type: 'opaqueredirect', ok: false, status: 0 } as Response;
const page = (status: number, headers = {}) => new Response('<html>', { status, headers });

/** What the server answers to the form and, afterwards, to who is signed in. */
function server(form: Response, session: Response) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (address: string, { method = 'GET' }: RequestInit = {}) => {
    asked.push(`${method} ${address}`);
    if (address === '/api/session') return session;
    return method === 'POST' ? form : page(200);
  });
  return asked;
}
const signedIn = (email: string, full_name: string) => Response.json({ user: { email, full_name } });
const nobody = () => Response.json({ code: 'not_authenticated', message: 'Sign in.' }, { status: 401 });

afterEach(() => vi.unstubAllGlobals());

it('the right password signs the same person in', async () => {
  const asked = server(REDIRECT, signedIn('rey@example.org', 'Rey Reader'));
  expect(await signInHere('Rey@example.org', 'secret')).toEqual({ kind: 'in' });
  expect(asked).toEqual(['GET /accounts/sign-in', 'POST /accounts/sign-in', 'GET /api/session']);
});

it('a form that leads on because somebody else is signed in does not count', async () => {
  server(REDIRECT, signedIn('ada@example.org', 'Ada Admin'));
  expect(await signInHere('rey@example.org', 'secret')).toEqual({ kind: 'another', name: 'Ada Admin' });
});

it('nor one that leads somewhere else without signing in', async () => {
  server(REDIRECT, nobody());
  await expect(signInHere('rey@example.org', 'secret')).rejects.toThrow();
});

it('a wrong password is said to be wrong', async () => {
  server(page(200), nobody());
  expect(await signInHere('rey@example.org', 'guess')).toEqual({ kind: 'wrong' });
});

it('after too many the wait is told in minutes', async () => {
  server(page(429, { 'Retry-After': '61' }), nobody());
  expect(await signInHere('rey@example.org', 'guess')).toEqual({ kind: 'wait', minutes: 2 });
});

it('a server that stumbles says nothing about the password', async () => {
  server(page(502), nobody());
  await expect(signInHere('rey@example.org', 'secret')).rejects.toThrow('502');
});
