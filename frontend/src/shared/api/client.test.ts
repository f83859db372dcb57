import { describe, expect, it } from 'vitest';
import { addressed } from './client';

describe('an address', () => {
  it('has its places filled, safely', () => {
    expect(addressed('/api/uploads/{upload_id}/blobs/{sha256}', { upload_id: 'a/b', sha256: 'ff' })).toBe(
      '/api/uploads/a%2Fb/blobs/ff',
    );
  });

  it('carries its query', () => {
    expect(addressed('/api/studies/{study_id}/journal', { study_id: '1' }, { after: 500 })).toBe(
      '/api/studies/1/journal?after=500',
    );
  });
});
