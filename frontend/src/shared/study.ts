import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { ask } from './api/client';
import type { Role, Study } from './api/types';

export const StudyContext = createContext<Study | null>(null);

export function useStudy(): Study {
  const study = useContext(StudyContext);
  if (!study) throw new Error('A page of a study was drawn outside a study.');
  return study;
}

export function useStudyQuery(id: string) {
  return useQuery({
    queryKey: ['study', id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}', { study_id: id }, { signal }),
  });
}

export function useMay(role: Role): boolean {
  return useStudy().roles.includes(role);
}
