import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../../shared/api/client';
import type { SiteQuery } from '../../shared/api/types';
import { useStudy } from '../../shared/study';
import type { Tone } from '../../shared/ui';

export type QueryStanding = SiteQuery['state'] | 'overdue';

export const QUERY_TONE: Record<QueryStanding, Tone> = {
  open: 'warn',
  overdue: 'bad',
  answered: 'busy',
  closed: 'good',
};

export function standingOf(query: SiteQuery): QueryStanding {
  return query.overdue ? 'overdue' : query.state;
}

/** Queries to the sites that the person sees, the latest first. */
export function useSiteQueries() {
  const study = useStudy();
  return useQuery({
    queryKey: ['site-queries', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/site-queries', { study_id: study.id }, { signal }),
    refetchInterval: 30_000,
  });
}

/** After a decision, a question or an answer: everything that tells of it is asked for again. */
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  const study = useStudy();
  return async () => {
    void client.invalidateQueries({ queryKey: ['due'] });
    await Promise.all(
      [['case'], ['cases', study.id], ['site-queries', study.id]].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
  };
}
