import { useLanguage, useT } from '../../shared/i18n';
import type { Form, Read } from '../api';
import { pairs, type Side } from '../heart/regions';
import { answerTo, type Draft, markOf } from '../ledger/events';
import {
  answerText,
  fieldLabel,
  markName,
  markSign,
  regionName,
  siteName,
  stateName,
  tableName,
} from '../names';
import { asked, sites } from '../session/form';
import type { Snapshot } from '../session/reading';
import { windowOf } from '../session/view';

const SIDES: readonly Side[] = ['left', 'right'];

/** Every score and every answer, as they will be signed. */
export function Review({ read: { form }, snapshot }: { read: Read; snapshot: Snapshot }) {
  const t = useT();
  const language = useLanguage();
  const { draft, view } = snapshot;
  const percent = (share: number) => Math.round(share * 100);
  return (
    <>
      <ScoreRows form={form} draft={draft} />
      <dl className="reader-facts">
        {asked(form, draft).map(({ name, required }) => {
          const value = answerTo(draft, name);
          return (
            <div key={name}>
              <dt>{fieldLabel(language, name)}</dt>
              <dd>
                {value === undefined ? (
                  <span className="dim">{t(required ? 'reader.form.noAnswer' : 'reader.sign.leftOpen')}</span>
                ) : (
                  answerText(language, name, value)
                )}
              </dd>
            </div>
          );
        })}
        <div>
          <dt>{t('reader.sign.view')}</dt>
          <dd>
            {tableName(t, view.table)}
            {form.states.map((state) => {
              const { low, high } = windowOf(view, state);
              return ` · ${stateName(t, state)} ${percent(low)}–${percent(high)} %`;
            })}
          </dd>
        </div>
      </dl>
    </>
  );
}

/** The heart has a row for each state, the brain one for each side; the columns follow the form. */
function ScoreRows({ form, draft }: { form: Form; draft: Draft }) {
  const t = useT();
  const paired = pairs(form.regions);
  const columns =
    paired.length > 0
      ? paired.map(({ name }) => ({ key: name, short: regionName(t, name), long: regionName(t, name) }))
      : sites(form).map((site) => ({
          key: String(site),
          short: String(site),
          long: siteName(t, form, site),
        }));
  const rows = form.states.flatMap((state) =>
    paired.length > 0
      ? SIDES.map((side) => ({
          key: `${state} ${side}`,
          name: t(`reader.side.${side}`),
          state,
          sites: paired.map((pair) => pair[side]),
        }))
      : [{ key: state, name: stateName(t, state), state, sites: sites(form) }],
  );
  return (
    <table className={paired.length > 0 ? 'reader-review named' : 'reader-review'}>
      <caption className="visually-hidden">{t('reader.sign.scores')}</caption>
      <thead>
        <tr>
          <td />
          {columns.map(({ key, short, long }) => (
            <th key={key} scope="col">
              <abbr title={long}>{short}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.name}</th>
            {row.sites.map((site) => {
              const mark = markOf(draft, row.state, site);
              return (
                <td key={site} className={mark === 0 ? 'zero' : ''}>
                  <abbr title={`${siteName(t, form, site)}: ${markName(t, mark)}`}>{markSign(mark)}</abbr>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
