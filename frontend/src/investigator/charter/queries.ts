import { useQuery } from '@tanstack/react-query';
import { ask } from '../../shared/api/client';

export function useVersions(studyId: string) {
  return useQuery({
    queryKey: ['charter-versions', studyId],
    queryFn: ({ signal }) =>
      ask('/api/studies/{study_id}/protocol/versions', { study_id: studyId }, { signal }),
  });
}

/** A version never changes. */
export function useVersion(studyId: string, version: number) {
  return useQuery({
    queryKey: ['charter-version', studyId, version],
    queryFn: ({ signal }) =>
      ask('/api/studies/{study_id}/protocol/versions/{version}', { study_id: studyId, version }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useDifferences(studyId: string, from: number, to: number) {
  return useQuery({
    queryKey: ['charter-diff', studyId, from, to],
    queryFn: ({ signal }) =>
      ask('/api/studies/{study_id}/protocol/diff', { study_id: studyId }, { signal, query: { from, to } }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: from !== to,
  });
}

export function useClauses(studyId: string, enabled: boolean) {
  return useQuery({
    queryKey: ['charter-clauses', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/amendment', { study_id: studyId }, { signal }),
    enabled,
  });
}

export function useMilestones(studyId: string) {
  return useQuery({
    queryKey: ['milestones', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/milestones', { study_id: studyId }, { signal }),
    refetchInterval: 30_000,
  });
}
