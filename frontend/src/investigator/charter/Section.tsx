import { type ReactNode, useRef } from 'react';
import { message, useLanguage, useT } from '../../shared/i18n';
import { Banner, Button, Panel } from '../../shared/ui';
import { EditingContext, refusal, useEditing } from './editing';
import { ROOTS, type SectionName } from './schema';

interface SectionProps {
  name: SectionName;
  children: ReactNode;
}

/** One part of the charter. Where nothing of it may be changed any more, it says so once. */
export function Section({ name, children }: SectionProps) {
  const lang = useLanguage();
  const t = useT();
  const editing = useEditing();
  const refusals = ROOTS[name].map((root) => refusal(editing.clauses, root));
  const [said] = refusals;
  // Some of a section may be open although its root is closed, as `qualification.valid_days`.
  const isOpen = editing.clauses.some(
    (clause) => clause.allowed && ROOTS[name].some((root) => clause.path.startsWith(`${root}.`)),
  );
  const closed = Boolean(said) && refusals.every(Boolean) && !isOpen;
  return (
    <Panel title={t(`charter.section.${name}`)}>
      <div className="stack">
        <p className="dim">{message(lang, `charter.lead.${name}`, '')}</p>
        {closed && said && <Banner tone="warn">{t('charter.closed', { why: said })}</Banner>}
        <EditingContext value={{ ...editing, closed }}>
          <div className="form">{children}</div>
        </EditingContext>
      </div>
    </Panel>
  );
}

interface ItemsProps {
  /** Of the list. */
  path: string;
  names: readonly string[];
  add: string;
  onAdd: () => void;
  onRemove: (place: number) => void;
  onMove?: (place: number, to: number) => void;
  children: (place: number) => ReactNode;
}

/** A list whose items are added, taken away and, where their order says something, moved. */
export function Items({ path, names, add, onAdd, onRemove, onMove, children }: ItemsProps) {
  const t = useT();
  const { clauses } = useEditing();
  const disabled = refusal(clauses, path) !== '';
  const frame = useRef<HTMLDivElement>(null);
  // What had the focus is gone with its item: go on where one is added.
  const goOn = () => frame.current?.querySelector<HTMLElement>(':scope > .actions button')?.focus();
  return (
    <div className="charter-items" ref={frame}>
      {names.map((name, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item of a charter is its place; it has no other identity
        <fieldset key={place} className="charter-item">
          <legend>{name || t('charter.unnamed', { number: place + 1 })}</legend>
          <div className="form">{children(place)}</div>
          {!disabled && (
            <div className="actions end">
              {onMove && place > 0 && (
                <Button look="quiet" onClick={() => onMove(place, place - 1)}>
                  {t('charter.up')}
                  <span className="visually-hidden"> {name}</span>
                </Button>
              )}
              {onMove && place < names.length - 1 && (
                <Button look="quiet" onClick={() => onMove(place, place + 1)}>
                  {t('charter.down')}
                  <span className="visually-hidden"> {name}</span>
                </Button>
              )}
              <Button
                look="quiet"
                onClick={() => {
                  onRemove(place);
                  goOn();
                }}
              >
                {t('charter.remove')}
                <span className="visually-hidden"> {name}</span>
              </Button>
            </div>
          )}
        </fieldset>
      ))}
      {!disabled && (
        <div className="actions">
          <Button onClick={onAdd}>{add}</Button>
        </div>
      )}
    </div>
  );
}

/** A list with one of its items at another place. */
export function moved<V>(list: readonly V[], place: number, to: number): V[] {
  const left = list.filter((_item, other) => other !== place);
  return [...left.slice(0, to), ...list.slice(place, place + 1), ...left.slice(to)];
}
