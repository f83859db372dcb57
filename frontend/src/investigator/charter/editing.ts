/** What every field of the editor needs: the document, how to change it, what is wrong, and what may not change. */
import { createContext, useCallback, useContext } from 'react';
import type { components } from '../../shared/api/schema';
import { message, useLanguage } from '../../shared/i18n';
import { isBelow, type Json, type JsonObject } from './document';
import type { Say } from './words';

export type Breach = components['schemas']['Breach'];
export type Clause = components['schemas']['Clause'];

export interface Editing {
  document: JsonObject;
  edit: (values: Readonly<Record<string, Json | undefined>>) => void;
  breaches: readonly Breach[];
  /** Of an amendment: what may still be changed. Of a draft there are none: everything may. */
  clauses: readonly Clause[];
  /** The whole section is closed, and says so itself. */
  closed: boolean;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error('A field of the charter was drawn outside its editor.');
  return editing;
}

/** Words by keys that are made from data. */
export function useSay(): Say {
  const lang = useLanguage();
  return useCallback((key) => message(lang, key, '') || undefined, [lang]);
}

/** Why a place may no longer be changed, in a sentence; "" where it may. The longest beginning of its path counts. */
export function refusal(clauses: readonly Clause[], path: string): string {
  const [nearest] = clauses
    .filter((clause) => isBelow(path, clause.path))
    .toSorted((one, other) => other.path.length - one.path.length);
  return nearest && !nearest.allowed ? nearest.message : '';
}

/** The sentence of the rule that is broken at a place. */
export function breachAt(breaches: readonly Breach[], path: string): string | null {
  return breaches.find((breach) => breach.place === path)?.message ?? null;
}

/** The broken rules of anything below some places. */
export function breachesBelow(breaches: readonly Breach[], roots: readonly string[]): Breach[] {
  return breaches.filter((breach) => roots.some((root) => isBelow(breach.place, root)));
}
