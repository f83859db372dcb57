import { describe, expect, it } from 'vitest';
import { ApiError } from '../shared/api';
import { isUntaken } from './RunPanel';

describe('a folder that cannot be taken', () => {
  const failed = (code: string, status = 0) => ({
    phase: 'failed' as const,
    error: new ApiError(status, code, ''),
  });

  it('is no interrupted upload', () => {
    expect(isUntaken(failed('empty'))).toBe(true);
    expect(isUntaken(failed('too_many'))).toBe(true);
    expect(isUntaken(failed('too_large', 413))).toBe(false); // said by the server, while sending
    expect(isUntaken(failed('offline'))).toBe(false);
    expect(isUntaken({ phase: 'done', error: null })).toBe(false);
  });
});
