import type { Case, CaseImage, SiteQuery } from '../../shared/api/types';
import { bySubject } from '../../shared/format';
import { inOrder, standing } from '../images';

/** What the quality control waits for, or is waited for: a check, a look at an answer, the answer of a site. */
export type Waits = 'check' | 'answered' | 'overdue' | 'queried' | 'before';

/** In the order in which they are shown: what can be done now comes first. */
export const WAITS: readonly Waits[] = ['answered', 'check', 'overdue', 'queried', 'before'];

export interface Row {
  one: Case;
  /** null: a query about the case as a whole. */
  image: CaseImage | null;
  query: SiteQuery | null;
  waits: Waits;
}

/** Whatever waits in a study. `before`: accepted before there was a quality control, and confirmed by nobody. */
export function rowsOf(cases: readonly Case[], queries: readonly SiteQuery[]): Row[] {
  const rows = cases.flatMap((one) => {
    const asked = queries.filter((query) => query.case.id === one.id && query.state !== 'closed');
    const ofCase = asked.filter(({ image }) => image === null);
    return [
      ...ofCase.map((query): Row => ({ one, image: null, query, waits: waitsFor(query) })),
      ...inOrder(one.images).flatMap((image): Row[] => {
        const query = asked.find((candidate) => candidate.image?.id === image.id) ?? null;
        const waits = query ? waitsFor(query) : waitsOf(image);
        return waits ? [{ one, image, query, waits }] : [];
      }),
    ];
  });
  return rows.sort(
    (a, b) => WAITS.indexOf(a.waits) - WAITS.indexOf(b.waits) || bySubject(a.one, b.one), // the sort is stable
  );
}

function waitsFor(query: SiteQuery): Waits {
  if (query.state === 'answered') return 'answered';
  return query.overdue ? 'overdue' : 'queried';
}

function waitsOf(image: CaseImage): Waits | null {
  const where = standing(image);
  if (where === 'pending') return 'check';
  return where === 'accepted' && !image.confirmed ? 'before' : null;
}

/** The next case in which something can be done now: after this one, then from the start. */
export function nextCase(rows: readonly Row[], after: string): Row | undefined {
  const now = rows
    .filter(({ waits }) => waits === 'check' || waits === 'answered')
    .sort((a, b) => bySubject(a.one, b.one));
  const others = now.filter(({ one }) => one.id !== after);
  const here = rows.find(({ one }) => one.id === after)?.one;
  return others.find(({ one }) => here && bySubject(one, here) > 0) ?? others[0];
}
