import type { en } from './en';
import type { SameKeys } from './translate';

export const ja: SameKeys<typeof en> = {
  'app.name': '読影研究',
};
