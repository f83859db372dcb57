import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { ApiError } from './api';
import { ask } from './api/client';
import type { Session } from './api/types';
import { setLanguage } from './i18n';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('A page was drawn before the session was known.');
  return session;
}

const OLD_AFTER_MS = 60_000;
const TRY_AGAIN_MS = [1_000, 2_000];
const loaders = new Set<() => Promise<void>>();

/** Ask who is signed in once more: somebody's roles have changed. */
export async function reloadSession(): Promise<void> {
  await Promise.all([...loaders].map((load) => load()));
}

/** Who is signed in: asked for when the page opens, and again when somebody comes back to it after a while. */
export function useSessionLoading() {
  const [session, setSession] = useState<Session | null>(null);
  const [error, setError] = useState<unknown>(null);
  const loadedAt = useRef(0);
  const load = useCallback(async () => {
    try {
      const found = await answered(() => ask('/api/session', {}));
      await setLanguage(found.user.language);
      loadedAt.current = Date.now();
      setSession((known) => (JSON.stringify(known) === JSON.stringify(found) ? known : found));
      setError(null);
    } catch (problem) {
      setError(problem);
    }
  }, []);
  useEffect(() => {
    loaders.add(load);
    void load();
    const back = () => {
      // A read must not be left because the session ended while the reader was away.
      if (window.location.pathname.startsWith('/reading/')) return;
      if (document.visibilityState === 'visible' && Date.now() - loadedAt.current > OLD_AFTER_MS) void load();
    };
    document.addEventListener('visibilitychange', back);
    return () => {
      loaders.delete(load);
      document.removeEventListener('visibilitychange', back);
    };
  }, [load]);
  return { session, error, load };
}

/** A lost connection or a stumbling server is worth another try; a refusal is not. */
async function answered<V>(request: () => Promise<V>): Promise<V> {
  for (const pause of TRY_AGAIN_MS) {
    try {
      return await request();
    } catch (problem) {
      if (!(problem instanceof ApiError) || (problem.status > 0 && problem.status < 500)) throw problem;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return request();
}

/** Where a person's work begins: the worklist for who reads in any study, else what is due. */
export function homeOf({ memberships }: Session): string {
  if (memberships.some(({ role }) => role === 'reader' || role === 'adjudicator')) return '/reading';
  return memberships.length > 0 ? '/due' : '/studies';
}
