import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../../shared/api/client';

const ROOTS = ['members', 'invitations', 'delegation'] as const;

export function useMembers(studyId: string) {
  return useQuery({
    queryKey: ['members', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/members', { study_id: studyId }, { signal }),
  });
}

/** Somebody accepts while the page is open. */
export function useInvitations(studyId: string) {
  return useQuery({
    queryKey: ['invitations', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/invitations', { study_id: studyId }, { signal }),
    refetchInterval: 30_000,
  });
}

export function useDelegation(studyId: string) {
  return useQuery({
    queryKey: ['delegation', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/delegation', { study_id: studyId }, { signal }),
  });
}

/** After a change: who takes part, who is invited, what the log says, and what is due. */
export function usePeopleChanged(studyId: string): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all([
      ...ROOTS.map((root) => client.invalidateQueries({ queryKey: [root, studyId] })),
      client.invalidateQueries({ queryKey: ['due'] }),
    ]);
}
