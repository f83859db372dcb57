import { beforeAll, expect, it } from 'vitest';
import { setLanguage, t } from '../../shared/i18n';
import type { SaveState } from '../ledger/sending';
import { inTheWay } from './SignForm';

const why = (save: SaveState, writable = true) => inTheWay(t, { save, writable });

beforeAll(() => setLanguage('en'));

it('says what keeps from signing: another tab, the session, the network, the server or what is on its way', () => {
  expect(why({ kind: 'saving', waiting: 1 })).toContain('as soon as everything is saved');
  expect(why({ kind: 'signedOut', waiting: 0 })).toContain('You are signed out');
  expect(why({ kind: 'offline', waiting: 2 })).toContain('No network');
  expect(why({ kind: 'failed', waiting: 1, message: 'Too large.' })).toContain('Too large.');
  expect(why({ kind: 'saving', waiting: 0 }, false)).toContain('another tab');
});
