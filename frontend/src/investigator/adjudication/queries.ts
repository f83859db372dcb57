import { useQuery } from '@tanstack/react-query';
import { ask } from '../../shared/api/client';

/** How far the adjudication is; `null` where the protocol asks for none. */
export function useAdjudication(studyId: string) {
  return useQuery({
    queryKey: ['adjudication', studyId],
    queryFn: async ({ signal }) => {
      const found = await ask('/api/studies/{study_id}/adjudication', { study_id: studyId }, { signal });
      return found.adjudication;
    },
    refetchInterval: 30_000,
  });
}

export type Adjudication = NonNullable<ReturnType<typeof useAdjudication>['data']>;
