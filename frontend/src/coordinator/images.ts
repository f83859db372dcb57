import type { CaseImage, ImageSet, StateName } from '../shared/api/types';
import type { Tone } from '../shared/ui';

export const IMAGE_SETS: readonly ImageSet[] = ['spect', 'virtual_pet', 'pet'];
export const STATES: readonly StateName[] = ['stress', 'rest'];

/** Where an image stands, in one word: what was derived from it, then what a person decided. */
export type Standing = 'absent' | 'deriving' | 'failed' | 'pending' | 'accepted' | 'rejected';

export function standing(image: CaseImage | undefined): Standing {
  if (!image) return 'absent';
  return image.status === 'ready' ? image.qc : image.status;
}

export const STANDING_TONE: Record<Standing, Tone> = {
  absent: 'plain',
  deriving: 'busy',
  failed: 'bad',
  pending: 'warn',
  accepted: 'good',
  rejected: 'bad',
};

export function imageOf<I extends CaseImage>(
  images: readonly I[],
  set: ImageSet,
  state: StateName,
): I | undefined {
  return images.find((image) => image.image_set === set && image.state === state);
}

/** Images in the order of the table: SPECT, virtual PET, PET; stress before rest. */
export function inOrder<I extends CaseImage>(images: readonly I[]): I[] {
  return IMAGE_SETS.flatMap((set) => STATES.flatMap((state) => imageOf(images, set, state) ?? []));
}

/** The next image that waits for a decision, after the given one and then from the start. */
export function nextToCheck<I extends CaseImage>(images: readonly I[], after: string): I | undefined {
  const ordered = inOrder(images);
  const at = ordered.findIndex(({ id }) => id === after);
  return [...ordered.slice(at + 1), ...ordered.slice(0, at)].find((image) => standing(image) === 'pending');
}
