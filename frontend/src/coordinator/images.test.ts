import { describe, expect, it } from 'vitest';
import type { CaseImage, ImageSet, QcDecision, StateName } from '../shared/api/types';
import { inOrder, nextToCheck, organOf, standing } from './images';

const image = (
  image_set: ImageSet,
  state: StateName,
  qc: QcDecision,
  status: CaseImage['status'] = 'ready',
) =>
  ({
    id: `${image_set}/${state}`,
    image_set,
    state,
    qc,
    status,
    source: 'upload',
    flags: [],
    geometry: 'proven',
    confirmed: false,
    message: '',
  }) as CaseImage;

describe('where an image stands', () => {
  it('is the decision only once there is something to decide on', () => {
    expect(standing(undefined)).toBe('absent');
    expect(standing(image('pet', 'rest', 'pending', 'deriving'))).toBe('deriving');
    expect(standing(image('pet', 'rest', 'pending', 'failed'))).toBe('failed');
    expect(standing(image('pet', 'rest', 'accepted'))).toBe('accepted');
  });
});

describe('checking a case', () => {
  const images = [
    image('pet', 'rest', 'pending'),
    image('virtual_pet', 'stress', 'accepted'),
    image('spect', 'rest', 'pending'),
    image('spect', 'stress', 'pending'),
  ];

  it('goes through SPECT, virtual PET and PET, stress before rest', () => {
    expect(inOrder(images).map(({ id }) => id)).toEqual([
      'spect/stress',
      'spect/rest',
      'virtual_pet/stress',
      'pet/rest',
    ]);
  });

  it('goes through the images of a brain in the order of its table', () => {
    const brain = (['ctac', 'virtual_ctac', 'uncorrected'] as const).map((set) =>
      image(set, 'perfusion', 'pending'),
    );
    expect(inOrder(brain).map((one) => one.image_set)).toEqual(['uncorrected', 'virtual_ctac', 'ctac']);
    expect(organOf(brain.map((one) => one.image_set))).toBe('brain');
    expect(organOf([])).toBe('heart');
  });

  it('leads from one open decision to the next, around the end', () => {
    expect(nextToCheck(images, 'spect/rest')?.id).toBe('pet/rest');
    expect(nextToCheck(images, 'pet/rest')?.id).toBe('spect/stress');
  });

  it('ends when nothing is open', () => {
    expect(nextToCheck([image('pet', 'rest', 'accepted')], 'pet/rest')).toBeUndefined();
  });
});
