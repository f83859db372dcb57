// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { SessionContext } from '../../shared/session';
import { HEART, READ } from '../ledger/forms.testing';
import { Server } from '../ledger/server.testing';
import { memoryLedger } from '../ledger/store';
import { perform } from '../session/commands';
import { Reading } from '../session/reading';
import { ReaderFooter } from './ReaderFooter';

const READER = {
  user: { id: 'me', email: 'reader@example.org', full_name: 'Reader', language: 'en', is_staff: false },
  memberships: [],
} as const;

it('gives every score, and goes to the other state, without a key; what is typed at its end is no score', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  await setLanguage('en');
  const reading = new Reading(READ, memoryLedger(), [], new Server(HEART, READ.token));
  reading.drawn();
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const draw = () =>
    act(async () =>
      root.render(
        <SessionContext value={READER as never}>
          <ReaderFooter
            snapshot={reading.snapshot()}
            done={0}
            total={34}
            several
            cines={[]}
            mapped
            contoured={false}
            inField={false}
            said={null}
            onCommand={(command) => perform(command, reading, 'SA')}
          />
        </SessionContext>,
      ),
    );
  const button = (name: string) => host.querySelector<HTMLButtonElement>(`button[title="${name}"]`);
  const names = ['0, normal', '1, mildly reduced or equivocal', '2, moderately reduced'];
  names.push('3, severely reduced', '4, absent', 'NE, not evaluable');
  await draw();
  expect(names.map((name) => button(name)?.disabled)).toEqual(names.map(() => true));
  reading.setWritable(true);
  await draw();
  for (const name of names) button(name)?.click();
  expect(reading.snapshot().draft.scores.stress?.slice(0, 7)).toEqual([0, 1, 2, 3, 4, 'NE', null]);
  button('stress/rest')?.click();
  expect(reading.snapshot().focus).toEqual({ state: 'rest', segment: 7 });
  const heard: string[] = [];
  const listen = ({ key }: KeyboardEvent) => heard.push(key);
  window.addEventListener('keydown', listen);
  const finish = host.querySelector('[data-finish]');
  const press = (key: string, more = {}) =>
    finish?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));
  for (const key of ['3', 'Backspace', 'Delete', 'Process', 'Tab', ' ', 'Enter', 'ArrowLeft']) press(key);
  press('Enter', { ctrlKey: true });
  expect(heard).toEqual(['Tab', ' ', 'Enter', 'ArrowLeft', 'Enter']);
  window.removeEventListener('keydown', listen);
  act(() => root.unmount());
  host.remove();
});
