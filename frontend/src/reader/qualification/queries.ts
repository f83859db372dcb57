import { get } from '../../shared/api';
import type { Feedback } from '../../shared/api/types';

/** An own signed training read beside the reference. */
export function fetchFeedback(token: string, signal: AbortSignal): Promise<Feedback> {
  return get(`/api/reading/reads/${encodeURIComponent(token)}/feedback`, { signal });
}
