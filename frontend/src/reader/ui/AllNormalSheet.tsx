import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import type { Form } from '../api';
import type { StateName } from '../heart/segments';
import { type Draft, marksOf } from '../ledger/events';
import { stateName } from '../names';
import { Sheet } from './Sheet';

interface AllNormalSheetProps {
  form: Form;
  state: StateName;
  draft: Draft;
  onScore: (states: readonly StateName[]) => void;
  onClose: () => void;
}

/** One key for a normal organ, but never by accident: says what it will overwrite, and then Enter cancels. */
export function AllNormalSheet({ form, state, draft, onScore, onClose }: AllNormalSheetProps) {
  const t = useT();
  const { states, segments, regions } = form;
  const replaced = (some: readonly StateName[]) =>
    some.flatMap((name) => marksOf(draft, name)).filter((mark) => mark !== null && mark !== 0).length;
  const [here, everywhere] = [replaced([state]), replaced(states)];
  const several = states.length > 1;
  const one = t(several ? 'reader.allNormal.one' : 'reader.allNormal.all', { state: stateName(t, state) });
  const both = states.map((name) => stateName(t, name)).join(t('reader.allNormal.and'));
  const said = { count: segments, one, both };
  return (
    <Sheet title={t('reader.allNormal.title')} onClose={onClose} testId="all-normal">
      <p>{t(`reader.allNormal.${several ? 'several' : regions.length > 0 ? 'regions' : 'text'}`, said)}</p>
      {everywhere > 0 && (
        <p className="warn">
          {several
            ? t('reader.allNormal.replaced', { ...said, here, everywhere })
            : t('reader.allNormal.replacedHere', { count: everywhere })}
        </p>
      )}
      <div className="actions end">
        <Button onClick={onClose} data-first={everywhere > 0 || undefined}>
          {t('ui.cancel')}
        </Button>
        {several && <Button onClick={() => onScore(states)}>{both}</Button>}
        <Button look="primary" data-first={everywhere === 0 || undefined} onClick={() => onScore([state])}>
          {one}
        </Button>
      </div>
    </Sheet>
  );
}
