import { Link } from 'wouter';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';

interface AheadCardProps {
  /** Changes that are kept on this computer. */
  unsent: number;
  onAgain: () => void;
}

export function AheadCard({ unsent, onAgain }: AheadCardProps) {
  const t = useT();
  return (
    <main className="reader-card" data-testid="ahead">
      <h1>{t('reader.ahead.title')}</h1>
      <p role="alert">{unsent > 0 ? t('reader.ahead.kept', { count: unsent }) : t('reader.ahead.text')}</p>
      <div className="actions">
        <Link className="button primary" href="/reading">
          {t('reader.worklist.title')}
        </Link>
        <Button onClick={onAgain}>{t('ui.again')}</Button>
      </div>
    </main>
  );
}
