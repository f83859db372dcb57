import { expect, it } from 'vitest';
import { laterEn } from '../later.en';
import { laterJa } from '../later.ja';
import { NUDGE_MM } from './view';

it('the key sheet says in mm how far a nudge goes', () => {
  for (const words of [laterEn, laterJa]) expect(words['reader.key.nudge']).toContain(`${NUDGE_MM} mm`);
});
