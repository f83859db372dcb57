/** What is said of what happened: to everybody below the slices, and to those who do not see it. */
export { Announcer } from './Announcer';
export { Said } from './Said';
