import { Link } from 'wouter';
import { useT } from '../i18n';
import { PageHead } from '../ui';

export function NotFound() {
  const t = useT();
  return (
    <>
      <PageHead title={t('notFound.title')} lead={t('notFound.text')} />
      <div className="actions">
        <Link className="button" href="/">
          {t('notFound.home')}
        </Link>
      </div>
    </>
  );
}
