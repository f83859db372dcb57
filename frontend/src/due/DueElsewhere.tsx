import { useT } from '../shared/i18n';
import { Panel } from '../shared/ui';
import { elsewhere } from './byStudy';
import { DueItems } from './DueItems';
import { useDue } from './queries';

/** On the worklist of somebody who has other work, too. */
export function DueElsewhere() {
  const t = useT();
  const items = elsewhere(useDue().data ?? []);
  if (items.length === 0) return null;
  return (
    <Panel title={t('due.worklist')}>
      <DueItems items={items} named />
    </Panel>
  );
}
