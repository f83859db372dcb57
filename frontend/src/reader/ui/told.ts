/** What is said of what was done: to everybody below the slices and beside the scores, and to those who do not see it. */
export { Announcer } from './Announcer';
export { Remarks } from './Remarks';
export { Said } from './Said';
