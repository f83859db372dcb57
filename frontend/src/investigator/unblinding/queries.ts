import { useQuery } from '@tanstack/react-query';
import { type Answer, ask } from '../../shared/api/client';
import type { Tone } from '../../shared/ui';

export type Unblinding = Answer<'/api/studies/{study_id}/unblinding', 'get'>;
export type UnblindingRequest = Unblinding['requests'][number];
export type WaitingUnblinding = Answer<'/api/unblinding', 'get'>[number];

export const REQUEST_TONE: Record<UnblindingRequest['state'], Tone> = {
  waiting: 'busy',
  expired: 'plain',
  approved: 'good',
  refused: 'warn',
  withdrawn: 'plain',
};

export function useUnblinding(studyId: string) {
  return useQuery({
    queryKey: ['unblinding', studyId],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/unblinding', { study_id: studyId }, { signal }),
    refetchInterval: 15_000,
  });
}

export function useWaitingUnblindings() {
  return useQuery({
    queryKey: ['waitingUnblindings'],
    queryFn: ({ signal }) => ask('/api/unblinding', {}, { signal }),
    refetchInterval: 15_000,
  });
}
