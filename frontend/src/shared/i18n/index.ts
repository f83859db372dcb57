import { useMemo, useSyncExternalStore } from 'react';
import { en } from './en';
import { ja } from './ja';
import { type BaseKey, fill, type Translate } from './translate';

export type Language = 'en' | 'ja';
export type Messages = typeof en;
export type MessageKey = BaseKey<keyof Messages & string>;
export type T = Translate<Messages>;

const catalogues: Record<Language, Readonly<Record<string, string>>> = { en, ja };
const listeners = new Set<() => void>();
let current: Language = 'en';

export function language(): Language {
  return current;
}

/** Change the language of every mounted component and of the document. */
export function setLanguage(next: Language): void {
  current = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function translator(lang: Language): T {
  const messages = catalogues[lang];
  return ((key: string, params?: Record<string, string | number>) => fill(messages, lang, key, params)) as T;
}

/** The message in the current language, outside React. */
export const t: T = ((key: string, params?: Record<string, string | number>) =>
  fill(catalogues[current], current, key, params)) as T;

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
  return catalogues[lang][key] ?? fallback;
}
