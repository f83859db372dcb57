import { useState } from 'react';
import { useLanguage, useT } from '../../shared/i18n';
import { Badge, Empty, Panel, type Tone } from '../../shared/ui';
import { type Procedure, reasonIn, useProcedure } from './procedure';
import { ACTIONS, type Action, matching, namesOf, type Treated } from './treatment';

const TONE: Record<Action, Tone> = { removed: 'bad', changed: 'warn', kept: 'good' };

interface Props {
  treated: readonly Treated[];
  /** No example is shown. */
  masked: boolean;
}

/** The table for the data-protection officer: every attribute, what happens to it, and why. */
export function TreatmentPanel({ treated, masked }: Props) {
  const t = useT();
  const lang = useLanguage();
  const procedure = useProcedure();
  const [action, setAction] = useState<Action | null>(null);
  const [wanted, setWanted] = useState('');
  const title = (row: Treated) => titleOf(row, procedure, t).join(' › ');
  const reason = (row: Treated) => reasonIn(procedure, lang, row.reason);
  const rows = matching(
    action ? treated.filter((row) => row.action === action) : treated,
    wanted,
    (row) => `${row.path} ${title(row)} ${reason(row)}`,
  );
  return (
    <Panel
      title={t('treatment.title')}
      flush
      aside={
        procedure?.version && (
          <span className="dim">{t('treatment.version', { version: procedure.version })}</span>
        )
      }
    >
      <p className="panel-lead dim">{t('treatment.lead')}</p>
      <div className="treatment-tools">
        <fieldset className="filters" aria-label={t('treatment.filter')}>
          {ACTIONS.map((name) => (
            <button
              key={name}
              type="button"
              className="chip"
              aria-pressed={action === name}
              onClick={() => setAction(action === name ? null : name)}
            >
              {t(`treatment.${name}`, { number: treated.filter((row) => row.action === name).length })}
            </button>
          ))}
        </fieldset>
        <input
          type="search"
          aria-label={t('treatment.search')}
          placeholder={t('treatment.search')}
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
      </div>
      {rows.length === 0 ? (
        <Empty title={t(treated.length === 0 ? 'treatment.nothing' : 'treatment.none')} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a frame that scrolls must be reachable by keyboard
        <section className="table-frame treatment-frame" aria-label={t('treatment.frame')} tabIndex={0}>
          <table className="table compact">
            <thead>
              <tr>
                <th scope="col">{t('treatment.attribute')}</th>
                <th scope="col">{t('treatment.action')}</th>
                <th scope="col">{t('treatment.why')}</th>
                <th scope="col" className="num">
                  {t('treatment.files')}
                </th>
                <th scope="col">{t('treatment.example')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.action} ${row.path}`}>
                  <th scope="row">
                    <AttributeName row={row} procedure={procedure} />
                  </th>
                  <td>
                    <Badge tone={TONE[row.action]}>{t(`action.${row.action}`)}</Badge>
                  </td>
                  <td>{reason(row)}</td>
                  <td className="num">{row.files}</td>
                  <td className="example">{masked ? '•••' : <ExampleOf row={row} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}

function titleOf(row: Treated, procedure: Procedure | undefined, t: ReturnType<typeof useT>): string[] {
  if (row.path.startsWith('private')) return [t('treatment.private')];
  if (row.path.startsWith('0002')) return [t('treatment.fileHeader')]; // PS3.10: no attribute of the image
  return namesOf(row.path, procedure?.names ?? {}).map((name) => name ?? t('treatment.unknown'));
}

/** The attribute itself stands out; the sequences around it come before, and quietly. */
function AttributeName({ row, procedure }: { row: Treated; procedure: Procedure | undefined }) {
  const t = useT();
  const names = titleOf(row, procedure, t);
  return (
    <>
      {names.slice(0, -1).map((name, depth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the depth is what tells sequences of one name apart
        <span key={depth} className="dim">
          {name} ›{' '}
        </span>
      ))}
      {names.at(-1)}
      <small className="tag mono dim">{row.path}</small>
    </>
  );
}

function ExampleOf({ row: { action, example } }: { row: Treated }) {
  const t = useT();
  if (!example) return null;
  const before = example.before || t('treatment.empty');
  if (action === 'kept') return before;
  if (action === 'removed') return <del>{before}</del>;
  const after = example.after || t('treatment.own'); // what the study writes itself
  return (
    <>
      <span aria-hidden="true">
        <del>{before}</del> → {after}
      </span>
      <span className="visually-hidden">{t('treatment.becomes', { before, after })}</span>
    </>
  );
}
