export * from './basic';
export { Dialog } from './Dialog';
export { Failure } from './Failure';
export { Field } from './Field';
export { SignDialog } from './SignDialog';
