/** What a key opens over the whole page, and the signature. */
export { AllNormalSheet } from './AllNormalSheet';
export { KeySheet } from './KeySheet';
export { SignSheet } from './SignSheet';
