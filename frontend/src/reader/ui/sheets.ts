/** What a key opens. It is not part of the first picture, so it comes in chunks of its own, fetched when the page has time. */
import { lazy } from 'react';
import { later } from '../../shared/i18n';

const dialogs = later(() => import('./dialogs'));
const cards = later(() => import('./cards'));
const notice = later(() => import('./Notice'));
const told = later(() => import('./told'));

export const SignSheet = lazy(() => dialogs().then((module) => ({ default: module.SignSheet })));
export const KeySheet = lazy(() => dialogs().then((module) => ({ default: module.KeySheet })));
export const SignedCard = lazy(() => cards().then((module) => ({ default: module.SignedCard })));
export const ClosedCard = lazy(() => cards().then((module) => ({ default: module.ClosedCard })));
export const Notice = lazy(() => notice().then((module) => ({ default: module.Notice })));
export const Announcer = lazy(() => told().then((module) => ({ default: module.Announcer })));
export const Said = lazy(() => told().then((module) => ({ default: module.Said })));
export const Remarks = lazy(() => told().then((module) => ({ default: module.Remarks })));
export const AllNormalSheet = lazy(() => dialogs().then((module) => ({ default: module.AllNormalSheet })));

/** Fetch them ahead, so that they open at once, and without a network too. */
export function warmSheets(): void {
  for (const fetched of [dialogs, cards, notice, told]) void fetched().catch(() => undefined);
}
