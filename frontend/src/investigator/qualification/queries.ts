import { type QueryClient, useQuery } from '@tanstack/react-query';
import { ask } from '../../shared/api/client';
import type { Qualification } from '../../shared/api/types';

export function useQualification(studyId: string) {
  return useQuery({
    queryKey: ['qualification', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/qualification', { study_id: studyId }, { signal }),
    refetchInterval: 15_000,
  });
}

/** Every act answers with the whole page. What can be allocated, and what is due, may have changed with it. */
export async function keep(client: QueryClient, studyId: string, found: Qualification): Promise<void> {
  client.setQueryData(['qualification', studyId], found);
  await Promise.all([
    client.invalidateQueries({ queryKey: ['allocation', studyId] }),
    client.invalidateQueries({ queryKey: ['due'] }),
  ]);
}
