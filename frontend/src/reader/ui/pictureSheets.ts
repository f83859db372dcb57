/** What a key opens over the pictures: in chunks of their own, fetched when the page has time. */
import { lazy } from 'react';
import { later } from '../../shared/i18n';
import type { CineKind, CinePictures, Cines } from './cinePictures';

const lightbox = later(() => import('./Lightbox'));
const cine = later(() => import('./CineSheet'));
const check = later(() => import('./BeforeReading'));
const contours = () => import('./WallContours');
const align = later(() => import('./AlignTable'));

export const Lightbox = lazy(() => lightbox().then((module) => ({ default: module.Lightbox })));
export const CineSheet = lazy(() => cine().then((module) => ({ default: module.CineSheet })));
export const BeforeReading = lazy(() => check().then((module) => ({ default: module.BeforeReading })));

export const WallContours = lazy(() => contours().then((module) => ({ default: module.WallContours })));
export const AlignTable = lazy(() => align().then((module) => ({ default: module.AlignTable })));

/** How the cines of a read are fetched, each once; what does it comes with the dialog that shows them. */
export function cinesOf(
  read: ConstructorParameters<typeof Cines>[0],
): (kind: CineKind) => Promise<CinePictures> {
  let made: Cines | null = null;
  return async (kind) => {
    const { Cines } = await cine();
    made ??= new Cines(read);
    return made.load(kind);
  };
}

/** Fetch them ahead, so that they open at once, and without a network too. */
export function warmPictureSheets(): void {
  for (const fetched of [lightbox, cine, check, contours, align]) void fetched().catch(() => undefined);
}
