import { useQuery } from '@tanstack/react-query';
import { ApiError } from '../shared/api';
import { ask } from '../shared/api/client';
import type { Progress } from '../shared/api/types';
import type { Result } from './report/result';

/** What does not exist yet is an answer here, not an error. */
async function orNull<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function useCases(studyId: string) {
  return useQuery({
    queryKey: ['cases', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/cases', { study_id: studyId }, { signal }),
    refetchInterval: 10_000,
  });
}

/** `null` before the read list was made. */
export function useAllocation(studyId: string) {
  return useQuery({
    queryKey: ['allocation', studyId],
    queryFn: ({ signal }) =>
      orNull(ask('/api/studies/{study_id}/allocation', { study_id: studyId }, { signal })),
  });
}

export function useProgress(studyId: string) {
  return useQuery({
    queryKey: ['progress', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/progress', { study_id: studyId }, { signal }),
    refetchInterval: 10_000,
  });
}

export function useReport(studyId: string) {
  return useQuery({
    queryKey: ['report', studyId],
    queryFn: async ({ signal }) => {
      const report = await ask('/api/studies/{study_id}/report', { study_id: studyId }, { signal });
      return { ...report, result: report.result as Result | null };
    },
    refetchInterval: ({ state }) => (state.data?.state === 'computing' ? 2_000 : false),
  });
}

/** The scores for other systems: "none" before unblinding. */
export function useScores(studyId: string) {
  return useQuery({
    queryKey: ['scores', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/scores', { study_id: studyId }, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'computing' ? 5_000 : false),
  });
}

export type Report = NonNullable<ReturnType<typeof useReport>['data']>;

/** Reads signed and due over all readers. */
export function readsOf(progress: Progress | undefined): { signed: number; total: number } {
  const readers = progress?.readers ?? [];
  return {
    signed: readers.reduce((sum, reader) => sum + reader.signed, 0),
    total: readers.reduce((sum, reader) => sum + reader.total, 0),
  };
}
