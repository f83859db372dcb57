import { useT } from '../../shared/i18n';
import { Badge } from '../../shared/ui';

/** That these reads are adjudicated is told; nothing else of them is. */
export function AdjudicationNote() {
  const t = useT();
  return (
    <p className="worklist-purpose">
      <Badge tone="busy">{t('reader.worklist.adjudication')}</Badge> {t('reader.worklist.adjudicationText')}
    </p>
  );
}
