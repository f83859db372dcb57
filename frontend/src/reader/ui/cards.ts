/** What stands on the page in place of a read. */
export { ClosedCard } from './ClosedCard';
export { SignedCard } from './SignedCard';
