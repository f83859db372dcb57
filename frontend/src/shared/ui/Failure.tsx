import { ApiError } from '../api';
import { useT } from '../i18n';
import { Banner, Button } from './basic';

/** What went wrong, in the server's sentence, with what is missing if it said so, and a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useT();
  const text = error instanceof ApiError ? error.message : t('error.unexpected');
  const missing = error instanceof ApiError && Array.isArray(error.body.missing) ? error.body.missing : [];
  return (
    <Banner tone="bad" action={retry && <Button onClick={retry}>{t('ui.again')}</Button>}>
      {text}
      {missing.length > 0 && (
        <ul>
          {missing.map((item) => (
            <li key={String(item)}>{String(item)}</li>
          ))}
        </ul>
      )}
    </Banner>
  );
}
