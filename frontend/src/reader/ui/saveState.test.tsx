// @vitest-environment jsdom
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { SaveState } from './SaveState';

it('does not wait for ever in a tab that only shows the read', async () => {
  await setLanguage('en');
  const shown = (writable: boolean) =>
    renderToStaticMarkup(
      <SaveState save={{ kind: 'saving', waiting: 0 }} durable writable={writable} onRetry={() => {}} />,
    );
  expect(shown(false)).toContain('Only looked at here');
  expect(shown(false)).not.toContain('Saving');
  expect(shown(true)).toContain('… Saving');
});
