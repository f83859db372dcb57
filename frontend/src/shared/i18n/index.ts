import { useMemo, useSyncExternalStore } from 'react';
import type { en } from './en';
import { type BaseKey, fill, type Translate } from './translate';

export type Language = 'en' | 'ja';
export type Messages = typeof en;
export type MessageKey = BaseKey<keyof Messages & string>;
export type T = Translate<Messages>;
type Catalogue = Readonly<Record<string, string>>;

/** Only the language in use is sent to a browser. */
const SOURCES: Record<Language, () => Promise<Catalogue>> = {
  en: () => import('./en').then((module) => module.en),
  ja: () => import('./ja').then((module) => module.ja),
};
const catalogues: Partial<Record<Language, Catalogue>> = {};
const listeners = new Set<() => void>();
let current: Language = 'en';

export function language(): Language {
  return current;
}

/** Change the language of every mounted component and of the document, once its messages are here. */
export async function setLanguage(next: Language): Promise<void> {
  catalogues[next] ??= await SOURCES[next]();
  current = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

/** What to speak before the server has said: the sign-in page's choice, else the browser's first wish. */
export function guessedLanguage(): Language {
  const chosen = document.cookie.match(/(?:^|;\s*)language=(en|ja)/)?.[1] ?? navigator.language;
  return chosen.startsWith('ja') ? 'ja' : 'en';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function translator(lang: Language): T {
  return ((key: string, params?: Record<string, string | number>) =>
    fill(catalogues[lang] ?? {}, lang, key, params)) as T;
}

/** The message in the current language, outside React. */
export const t: T = ((key: string, params?: Record<string, string | number>) =>
  fill(catalogues[current] ?? {}, current, key, params)) as T;

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language, language);
}

/** `const t = useT()`: the component is drawn again when the language changes. */
export function useT(): T {
  const lang = useLanguage();
  return useMemo(() => translator(lang), [lang]);
}

/** For messages whose key is built from a value of the server (a state, a verdict): falls back when unknown. */
export function message(lang: Language, key: string, fallback: string): string {
  return catalogues[lang]?.[key] ?? fallback;
}
