import { useMemo, useSyncExternalStore } from 'react';
import type { en } from './en';
import { type BaseKey, fill, type Translate } from './translate';

export type Language = 'en' | 'ja';
export type Messages = typeof en;
export type MessageKey = BaseKey<keyof Messages & string>;
export type T = Translate<Messages>;
type Catalogue = Readonly<Record<string, string>>;

type Part = 'reading' | 'later' | 'office';

/** Only the language in use is sent to a browser, and to a reader's only the words of a reader's pages. */
const SOURCES: Record<Language, Record<Part, () => Promise<Catalogue>>> = {
  en: {
    reading: () => import('./reading.en').then(({ readingEn }) => readingEn),
    later: () => import('./later.en').then(({ laterEn }) => laterEn),
    office: () => import('./office.en').then(({ officeEn }) => officeEn),
  },
  ja: {
    reading: () => import('./reading.ja').then(({ readingJa }) => readingJa),
    later: () => import('./later.ja').then(({ laterJa }) => laterJa),
    office: () => import('./office.ja').then(({ officeJa }) => officeJa),
  },
};
const wanted = new Set<Part>(onReadingPage() ? ['reading'] : ['reading', 'later', 'office']);
const catalogues: Partial<Record<Language, Catalogue>> = {};
const loaded = new Set<`${Language} ${Part}`>();
const listeners = new Set<() => void>();
let current: Language = 'en';

export function language(): Language {
  return current;
}

/** Change the language of every mounted component and of the document, once its messages are here. */
export async function setLanguage(next: Language): Promise<void> {
  await load(next);
  current = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

/** The words of every page but a reader's own: asked for before such a page is drawn. */
export async function officeWords(): Promise<void> {
  wanted.add('later').add('office');
  await load(current);
}

/** Fetches a part of the reading page that is not there from the beginning, together with its words. */
export function later<V>(fetched: () => Promise<V>): () => Promise<V> {
  return async () => {
    wanted.add('later');
    const [part] = await Promise.all([fetched(), load(current)]);
    return part;
  };
}

async function load(lang: Language): Promise<void> {
  const parts = [...wanted].filter((part) => !loaded.has(`${lang} ${part}`));
  const words = await Promise.all(parts.map((part) => SOURCES[lang][part]()));
  for (const part of parts) loaded.add(`${lang} ${part}`);
  catalogues[lang] = Object.assign({}, catalogues[lang], ...words);
}

function onReadingPage(): boolean {
  return typeof window !== 'undefined' && window.location.pathname.startsWith('/reading');
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
