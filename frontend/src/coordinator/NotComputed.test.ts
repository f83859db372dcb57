import { describe, expect, it } from 'vitest';
import type { CaseImage, StateName, Translation } from '../shared/api/types';
import { failed } from './NotComputed';

const job = (
  image_state: StateName,
  state: Translation['state'],
  image_set: Translation['image_set'] = 'virtual_pet',
) => ({ image_set, image_state, state }) as Translation;
const image = (image_set: CaseImage['image_set'], state: StateName) => ({ image_set, state }) as CaseImage;

describe('what could not be computed', () => {
  it('is what failed, not what waits or runs', () => {
    const jobs = [job('stress', 'failed'), job('rest', 'leased')];
    expect(failed(jobs, [image('spect', 'stress'), image('spect', 'rest')])).toEqual([jobs[0]]);
  });

  it('is forgotten when the case has that image', () => {
    const jobs = [job('stress', 'failed'), job('rest', 'failed')];
    expect(failed(jobs, [image('virtual_pet', 'stress')])).toEqual([jobs[1]]);
  });

  it('is told apart where two are computed from one image', () => {
    const jobs = [job('perfusion', 'failed', 'chang'), job('perfusion', 'failed', 'virtual_ctac')];
    expect(failed(jobs, [image('chang', 'perfusion')])).toEqual([jobs[1]]);
  });
});
