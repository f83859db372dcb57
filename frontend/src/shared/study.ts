import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { get } from './api';
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
    queryFn: ({ signal }) => get<Study>(`/api/studies/${id}`, { signal }),
  });
}

export function useMay(role: Role): boolean {
  return useStudy().roles.includes(role);
}
