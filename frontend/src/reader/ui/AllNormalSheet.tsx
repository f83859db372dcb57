import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { STATES, type StateName } from '../heart/segments';
import type { Draft } from '../ledger/events';
import { stateName } from '../names';
import { Sheet } from './Sheet';

interface AllNormalSheetProps {
  state: StateName;
  draft: Draft;
  onScore: (states: readonly StateName[]) => void;
  onClose: () => void;
}

/** One key for a normal heart, but never by accident: says what it will overwrite. */
export function AllNormalSheet({ state, draft, onScore, onClose }: AllNormalSheetProps) {
  const t = useT();
  const replaced = (states: readonly StateName[]) =>
    states.reduce(
      (sum, name) => sum + draft.scores[name].filter((mark) => mark !== null && mark !== 0).length,
      0,
    );
  const [here, everywhere] = [replaced([state]), replaced(STATES)];
  return (
    <Sheet title={t('reader.allNormal.title')} onClose={onClose} testId="all-normal">
      <p>{t('reader.allNormal.text')}</p>
      {everywhere > 0 && (
        <p className="warn">{t('reader.allNormal.replaced', { count: everywhere, here })}</p>
      )}
      <div className="actions end">
        <Button onClick={onClose}>{t('ui.cancel')}</Button>
        <Button onClick={() => onScore(STATES)}>{t('reader.allNormal.both')}</Button>
        <Button look="primary" data-first onClick={() => onScore([state])}>
          {t('reader.allNormal.one', { state: stateName(t, state) })}
        </Button>
      </div>
    </Sheet>
  );
}
