/**
 * The server's doors, with the types that its own description gives them (schema.d.ts is made by `./run api`): an
 * address, parameter, body or answer that the server does not have does not compile.
 */
import { get, post } from '../api';
import type { paths } from './schema';

type Method = 'get' | 'post';

/** Addresses that have a door of this kind. */
type PathTo<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Params<O> = O extends { parameters: { path: infer Path } } ? Path : Record<string, never>;
type Asked<O> = O extends { requestBody?: infer B } ? NonNullable<B> : never;
type Body<O> = [Asked<O>] extends [never]
  ? undefined
  : Asked<O> extends { content: { 'application/json': infer Given } }
    ? Sent<Given>
    : undefined;
/** What a caller sends: the fields that only the server fills in are marked readonly and left out. */
type Sent<T> = {
  [K in keyof T as Same<Pick<T, K>, { -readonly [Q in K]: T[Q] }> extends true ? K : never]: T[K];
};
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Success<R> = R[Extract<keyof R, 200 | 201 | 202 | 204>];
type Json<R> = R extends { content: { 'application/json': infer J } } ? J : null;
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Json<Success<R>> : never;

interface Options {
  signal?: AbortSignal;
  query?: Record<string, string | number>;
}

/** Read something. */
export function ask<P extends PathTo<'get'>>(
  path: P,
  params: Params<Operation<P, 'get'>>,
  { signal, query }: Options = {},
): Promise<Answer<P, 'get'>> {
  return get(addressed(path, params, query), { signal });
}

/** Let something be done. */
export function tell<P extends PathTo<'post'>>(
  path: P,
  params: Params<Operation<P, 'post'>>,
  body: Body<Operation<P, 'post'>>,
  { signal }: Options = {},
): Promise<Answer<P, 'post'>> {
  return post(addressed(path, params), body ?? {}, { signal });
}

/** Fill the places in an address. */
export function addressed(path: string, params: object, query: Record<string, string | number> = {}): string {
  const given = params as Record<string, string>;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given[name])));
  const asked = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]),
  ).toString();
  return asked ? `${filled}?${asked}` : filled;
}
