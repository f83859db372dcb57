import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchRead, sendEvents, sign } from './api';
import type { ReadEvent } from './ledger/events';

const EVENT: ReadEvent = {
  id: '7c1f6a0e-8a50-4c3e-9a58-6f0f3b0f4d11',
  seq: 1,
  kind: 'view',
  name: 'shown',
  value: '',
  elapsed_ms: 5,
  at: '2026-11-21T12:00:00.000Z',
};

let left: string[];
let asked: [url: string, init: RequestInit][];

function answering(status: number, body: unknown): void {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return new Response(JSON.stringify(body), { status });
  });
}

beforeEach(() => {
  left = [];
  asked = [];
  vi.stubGlobal('document', { cookie: 'csrftoken=now' });
  vi.stubGlobal('window', {
    location: { pathname: '/reading/x', search: '', assign: (url: string) => left.push(url) },
  });
});

afterEach(() => vi.unstubAllGlobals());

describe('what becomes of acts that are sent', () => {
  it.each([
    [200, { last_seq: 1, hash: 'abc' }, { kind: 'accepted', lastSeq: 1, hash: 'abc' }],
    [401, { code: 'not_authenticated', message: 'Sign in.' }, { kind: 'signedOut' }],
    [409, { code: 'sequence', last_seq: 7, message: '…' }, { kind: 'sequence', lastSeq: 7 }],
    [409, { code: 'step', message: '…' }, { kind: 'signed' }],
    [423, { code: 'signed', message: '…' }, { kind: 'signed' }],
    [423, { code: 'study_locked', message: 'Locked.' }, { kind: 'refused', message: 'Locked.' }],
    [400, { code: 'choice', message: 'Not one.' }, { kind: 'refused', message: 'Not one.' }],
    [429, { code: 'throttled', message: 'Later.' }, { kind: 'unreachable' }],
    [502, 'the proxy says no', { kind: 'unreachable' }],
  ])('answered %i %j', async (status, body, expected) => {
    answering(status, body);
    expect(await sendEvents('x', 2, [EVENT])).toEqual(expected);
    expect(JSON.parse(String(asked[0]?.[1].body))).toEqual({ step: 2, events: [EVENT] });
    expect(left).toEqual([]);
  });

  it('without any answer is not known, and is tried again', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')));
    expect(await sendEvents('x', 1, [EVENT])).toEqual({ kind: 'unreachable' });
  });

  it('goes on being sent when the page goes away', async () => {
    answering(200, { last_seq: 1, hash: 'abc' });
    await sendEvents('x', 1, [EVENT], true);
    expect(asked[0]?.[1].keepalive).toBe(true);
  });
});

describe('a session that has ended', () => {
  it('leads to the sign-in page when a read is opened, and never away from one that is open', async () => {
    answering(401, { code: 'not_authenticated', message: 'Sign in.' });
    await expect(fetchRead('x')).rejects.toMatchObject({ status: 401 });
    expect(left).toEqual(['/accounts/sign-in?next=%2Freading%2Fx']);
    await expect(fetchRead('x', { stay: true })).rejects.toMatchObject({ status: 401 });
    const sealed = { content_sha256: '', last_seq: 1, step: 1, meaning: 'authored' } as const;
    await expect(sign('x', { ...sealed, password: 'p' })).rejects.toMatchObject({ status: 401 });
    expect(left.length).toBe(1);
  });
});
