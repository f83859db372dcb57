export * from './basic';
export { Dialog } from './Dialog';
export { Failure } from './Failure';
export { Field } from './Field';
export { ReasonDialog } from './ReasonDialog';
export { SignDialog } from './SignDialog';
