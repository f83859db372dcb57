import { useQuery } from '@tanstack/react-query';
import { ask } from '../shared/api/client';

const AGAIN_MS = 60_000;

/** What waits for who is signed in, over all studies. */
export function useDue() {
  return useQuery({
    queryKey: ['due'],
    queryFn: ({ signal }) => ask('/api/due', {}, { signal }),
    staleTime: 0,
    refetchInterval: AGAIN_MS,
  });
}
