import { useQuery } from '@tanstack/react-query';
import { ApiError, get } from '../shared/api';
import type { Allocation, Case, Progress } from '../shared/api/types';
import type { Report } from './report/result';

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
    queryFn: ({ signal }) => get<Case[]>(`/api/studies/${studyId}/cases`, { signal }),
    refetchInterval: 10_000,
  });
}

/** `null` before the read list was made. */
export function useAllocation(studyId: string) {
  return useQuery({
    queryKey: ['allocation', studyId],
    queryFn: ({ signal }) => orNull(get<Allocation>(`/api/studies/${studyId}/allocation`, { signal })),
  });
}

export function useProgress(studyId: string) {
  return useQuery({
    queryKey: ['progress', studyId],
    queryFn: ({ signal }) => get<Progress>(`/api/studies/${studyId}/progress`, { signal }),
    refetchInterval: 10_000,
  });
}

export function useReport(studyId: string) {
  return useQuery({
    queryKey: ['report', studyId],
    queryFn: ({ signal }) => get<Report>(`/api/studies/${studyId}/report`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'computing' ? 2_000 : false),
  });
}

/** Reads signed and due over all readers. */
export function readsOf(progress: Progress | undefined): { signed: number; total: number } {
  const readers = progress?.readers ?? [];
  return {
    signed: readers.reduce((sum, reader) => sum + reader.signed, 0),
    total: readers.reduce((sum, reader) => sum + reader.total, 0),
  };
}
