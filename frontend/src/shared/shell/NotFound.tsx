import { Link } from 'wouter';
import { useT } from '../i18n';
import { Empty } from '../ui';

export function NotFound() {
  const t = useT();
  return (
    <Empty title={t('notFound.title')}>
      <p>{t('notFound.text')}</p>
      <Link className="button" href="/">
        {t('notFound.home')}
      </Link>
    </Empty>
  );
}
