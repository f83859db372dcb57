import type { CaseImage, ImageSet, StateName } from '../shared/api/types';
import type { Tone } from '../shared/ui';

export type Organ = 'heart' | 'brain';

/** What is imaged of an organ, in the order of tables. */
export const OF_ORGAN: Readonly<Record<Organ, { sets: readonly ImageSet[]; states: readonly StateName[] }>> =
  {
    heart: { sets: ['spect', 'virtual_pet', 'pet'], states: ['stress', 'rest'] },
    brain: { sets: ['uncorrected', 'chang', 'virtual_ctac', 'ctac'], states: ['perfusion'] },
  };
const ORGANS: readonly Organ[] = ['heart', 'brain'];

/** The organ of which these are image sets; the heart where there are none. */
export function organOf(sets: readonly ImageSet[]): Organ {
  return ORGANS.find((organ) => sets.some((set) => OF_ORGAN[organ].sets.includes(set))) ?? 'heart';
}

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

/** Images in the order of the table: SPECT, virtual PET, PET; stress before rest; those of a brain as it has them. */
export function inOrder<I extends CaseImage>(images: readonly I[]): I[] {
  return ORGANS.flatMap((organ) => {
    const { sets, states } = OF_ORGAN[organ];
    return sets.flatMap((set) => states.flatMap((state) => imageOf(images, set, state) ?? []));
  });
}

/** The next image that waits for a decision, after the given one and then from the start. */
export function nextToCheck<I extends CaseImage>(images: readonly I[], after: string): I | undefined {
  const ordered = inOrder(images);
  const at = ordered.findIndex(({ id }) => id === after);
  return [...ordered.slice(at + 1), ...ordered.slice(0, at)].find((image) => standing(image) === 'pending');
}
