// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, get, post } from './api';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(status === 304 || status === 204 ? null : JSON.stringify(body), { status, headers });

describe('asking the server', () => {
  const network = vi.fn<typeof fetch>();

  beforeEach(() => {
    network.mockReset();
    vi.stubGlobal('fetch', network);
  });
  afterEach(() => vi.unstubAllGlobals());

  const sentHeaders = (call: number) => new Headers(network.mock.calls[call]?.[1]?.headers);

  it('gives what was known when nothing changed', async () => {
    network.mockResolvedValueOnce(answer(200, { state: 'processing' }, { ETag: '"1"' }));
    network.mockResolvedValueOnce(answer(304, null));
    expect(await get('/api/uploads/1')).toEqual({ state: 'processing' });
    expect(await get('/api/uploads/1')).toEqual({ state: 'processing' });
    expect(sentHeaders(0).get('If-None-Match')).toBeNull();
    expect(sentHeaders(1).get('If-None-Match')).toBe('"1"');
  });

  it('proves with every change that it comes from this page', async () => {
    // biome-ignore lint/suspicious/noDocumentCookie: this is where Django puts its token
    document.cookie = 'csrftoken=a%20b';
    network.mockResolvedValueOnce(answer(204, null));
    expect(await post('/api/session/language', { language: 'ja' })).toBeNull();
    expect(sentHeaders(0).get('X-CSRFToken')).toBe('a b');
  });

  it('hands on the server’s sentence, code and details', async () => {
    network.mockResolvedValueOnce(
      answer(409, { code: 'incomplete', message: 'Two reads are open.', missing: ['R1'] }),
    );
    const error = await post('/api/studies/1/lock').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 409, code: 'incomplete', message: 'Two reads are open.' });
    expect((error as ApiError).body.missing).toEqual(['R1']);
  });

  it('tells a lost connection from a refusal', async () => {
    network.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    await expect(get('/api/session')).rejects.toMatchObject({ status: 0, code: 'network' });
  });

  it('survives an error page that is not JSON', async () => {
    network.mockResolvedValueOnce(new Response('<h1>502</h1>', { status: 502 }));
    await expect(get('/api/session')).rejects.toMatchObject({ status: 502, code: 'http_502' });
  });
});
