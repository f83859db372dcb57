import { t } from './i18n';

/** Why a request failed, in the server's own words where it gave any. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came at all. */
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** The whole JSON body: some answers carry more than a message (what is missing, the last sequence number). */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, body: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

interface Options {
  signal?: AbortSignal;
  /** When the session has ended, fail like any other request: the page holds what must not be left. */
  stay?: boolean;
  /** Goes on although the page goes away. */
  keepalive?: boolean;
}

type Stored = { etag: string; body: unknown };
const STORED = 64;
const stored = new Map<string, Stored>();

export function get<T>(url: string, options: Options = {}): Promise<T> {
  const known = stored.get(url);
  const headers: Record<string, string> = known ? { 'If-None-Match': known.etag } : {};
  return send(url, { method: 'GET', headers }, options).then(async (response) => {
    if (response.status === 304 && known) return known.body as T;
    const body = (await parsed(response)) as T;
    remember(url, response.headers.get('ETag'), body);
    return body;
  });
}

export async function post<T>(url: string, body: unknown = {}, options: Options = {}): Promise<T> {
  const response = await send(
    url,
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
      body: JSON.stringify(body),
    },
    options,
  );
  return (await parsed(response)) as T;
}

/** Send one file as it is, or a JSON text. */
export async function put(
  url: string,
  body: Blob | ArrayBuffer | string,
  options: Options = {},
): Promise<void> {
  const type = typeof body === 'string' ? 'json' : 'octet-stream';
  await send(
    url,
    {
      method: 'PUT',
      headers: { 'Content-Type': `application/${type}`, 'X-CSRFToken': csrfToken() },
      body,
    },
    options,
  );
}

export async function bytes(url: string, options: Options = {}): Promise<ArrayBuffer> {
  const response = await send(url, { method: 'GET' }, options);
  return response.arrayBuffer();
}

async function send(url: string, init: RequestInit, { signal, stay, keepalive }: Options): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      signal,
      keepalive,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...init.headers },
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'network', t('error.network'));
  }
  if (response.ok || response.status === 304) return response;
  const error = await asError(response);
  if (isSignedOut(error) && !stay) signIn();
  throw error;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.code === 'not_authenticated');
}

async function asError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const said = typeof body.message === 'string' && body.message ? body.message : null;
  const code = typeof body.code === 'string' ? body.code : `http_${response.status}`;
  return new ApiError(
    response.status,
    code,
    said ?? t('error.status', { status: String(response.status) }),
    body,
  );
}

async function parsed(response: Response): Promise<unknown> {
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

function remember(url: string, etag: string | null, body: unknown): void {
  if (!etag) return;
  stored.delete(url);
  stored.set(url, { etag, body });
  if (stored.size > STORED) stored.delete(stored.keys().next().value as string);
}

/** Leave for the sign-in page and come back here afterwards. */
function signIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/accounts/sign-in?next=${encodeURIComponent(here)}`);
}

export function csrfToken(): string {
  const match = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]*)/);
  return match?.[1] ? decodeURIComponent(match[1]) : '';
}
